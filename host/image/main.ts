// The command behind `make image`: an app's folder to an image archive for `ctr image import`.
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { parseArgs } from 'node:util';
import { encodeImage, type Platform } from './archive.ts';
import { machinePlatform, readApp } from './files.ts';

const USAGE = `usage: node host/image/main.ts --app DIR --name REFERENCE --output FILE
  --app DIR            folder with spin.toml
  --name REFERENCE     what the image is called once imported, such as demo:latest
  --output FILE        the archive to write
  --platform OS/ARCH   linux/amd64, linux/arm64 or wasi/wasm; this machine's if left out
  --also FILE          a further file of the folder, such as runtime-config.toml; may be repeated
  --partial            leave out what cannot be read (a broken app's image)
`;

function parsePlatform(value: string): Platform {
  const [os, architecture] = value.split('/');
  if (!os || !architecture) throw new Error(`platform "${value}" is not OS/ARCH`);
  return { os, architecture };
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      app: { type: 'string' },
      name: { type: 'string' },
      output: { type: 'string' },
      platform: { type: 'string' },
      also: { type: 'string', multiple: true },
      partial: { type: 'boolean' },
    },
  });
  const { app, name, output } = values;
  if (!app || !name || !output) {
    process.stderr.write(USAGE);
    process.exitCode = 2;
    return;
  }
  const entries = readApp(app, { also: values.also ?? [], isPartial: values.partial ?? false });
  const platform = values.platform ? parsePlatform(values.platform) : machinePlatform;
  const archive = await encodeImage(entries, { name, platform, entrypoint: ['/'] });
  mkdirSync(dirname(output), { recursive: true });
  writeFileSync(output, archive);
  process.stdout.write(`${output}: ${name}, ${entries.length} files, ${(archive.length / 1024).toFixed(0)} KB\n`);
}

if (import.meta.main) await main();
