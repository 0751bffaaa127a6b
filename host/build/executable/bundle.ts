// Bundles the entry point and, apart from it, each module that it imports dynamically (a part): a process then loads only the part
// that its call needs. In the entry point's bundle such an import becomes a call of `loadPart`. CommonJS throughout: as the
// executable's main script it takes 0.8 MB less memory a process than an ES module.
import { basename, dirname, join, relative, resolve } from 'node:path';
import { type BuildOptions, build, type Plugin } from 'esbuild';

/** Bundles as files below a folder. */
export type Bundles = {
  readonly main: string;
  /** File by name of the part, such as `shim/serve`. */
  readonly parts: ReadonlyMap<string, string>;
};

/** How everything is bundled that the executable contains. */
export const BUNDLE_OPTIONS: BuildOptions = {
  bundle: true,
  format: 'cjs',
  platform: 'node',
  target: 'node26',
  // The source text stays in memory as long as the process lives, so it is kept short; names stay, for readable stacks.
  minifySyntax: true,
  minifyWhitespace: true,
  legalComments: 'none',
  logLevel: 'warning',
};

const loader = join(import.meta.dirname, 'part.ts');

/** Bundles `entry` and its parts into `directory`, `defines` replacing the identifiers they name. Rejects on an error in them. */
export async function bundle(
  entry: string,
  directory: string,
  defines: Readonly<Record<string, string>>,
): Promise<Bundles> {
  const options: BuildOptions = { ...BUNDLE_OPTIONS, define: { ...defines } };
  const sources = new Map<string, string>();
  const main = join(directory, 'main.js');
  await build({ ...options, entryPoints: [entry], outfile: main, plugins: [splitParts(resolve(entry), sources)] });
  const parts = new Map([...sources.keys()].map((name) => [name, join(directory, `${name}.js`)]));
  await Promise.all(
    [...parts].map(([name, outfile]) => build({ ...options, entryPoints: [sources.get(name) ?? ''], outfile })),
  );
  return { main, parts };
}

/** Puts a call of `loadPart` in place of each dynamic import in `entry`, and notes in `sources` what it would have imported. */
function splitParts(entry: string, sources: Map<string, string>): Plugin {
  return {
    name: 'parts',
    setup(build) {
      build.onResolve({ filter: /^\./ }, ({ kind, path, resolveDir, importer }) => {
        if (kind !== 'dynamic-import' || importer !== entry) return null;
        const source = join(resolveDir, path);
        const name = join(relative(dirname(entry), dirname(source)), basename(source, '.ts'));
        sources.set(name, source);
        return { path: name, namespace: 'part' };
      });
      build.onLoad({ filter: /.*/, namespace: 'part' }, ({ path }) => ({
        contents: `module.exports = require(${JSON.stringify(loader)}).loadPart(${JSON.stringify(path)});`,
        resolveDir: import.meta.dirname,
      }));
    },
  };
}
