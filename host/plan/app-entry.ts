// Reads prepared apps from the cache, whole or not at all.

import { join } from 'node:path';
import { readContents, readEntry } from './cache.ts';
import { foldersOf, isPreparedApp, type PreparedApp } from './prepared-app.ts';

/** The file of a prepared app. */
export const APP_FILE = 'app.json';

/** Reads an app; null unless it and everything it names is in the cache as it was written. */
export async function readPreparedApp(cache: string, directory: string): Promise<PreparedApp | null> {
  const app = (await readContents(directory)) && (await readEntry(join(directory, APP_FILE)));
  if (!isPreparedApp(app)) return null;
  for (const folder of foldersOf(app)) if (!(await readContents(join(cache, folder)))) return null;
  return app;
}
