// The command behind `make image`: an app's folder to an image archive for `ctr image import`.
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { parseArgs } from 'node:util';
import type { Platform } from './archive.ts';
import { machinePlatform, readApp, readManifest } from './files.ts';
import { encodeForm, isForm } from './form.ts';

const USAGE = `usage: node host/image/main.ts --app DIR --name REFERENCE --output FILE
  --app DIR            folder with spin.toml
  --name REFERENCE     what the image is called once imported, such as demo:latest
  --output FILE        the archive to write
  --form FORM          docker (files, as \`docker build\` leaves them), spin or spin-archive (as \`spin registry push\` does, with a
                       layer or an archive for files), spin-1 (the same of Spin 1), or wkg (one component); docker if left out
  --platform OS/ARCH   of the form docker: linux/amd64, linux/arm64 or wasi/wasm; this machine's if left out
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
      form: { type: 'string', default: 'docker' },
      platform: { type: 'string' },
      also: { type: 'string', multiple: true },
      partial: { type: 'boolean' },
    },
  });
  const { app, name, output, form } = values;
  if (!app || !name || !output || !isForm(form)) {
    process.stderr.write(USAGE);
    process.exitCode = 2;
    return;
  }
  const entries = readApp(app, { also: values.also ?? [], isPartial: values.partial ?? false });
  const platform = values.platform ? parsePlatform(values.platform) : machinePlatform;
  const archive = await encodeForm(form, readManifest(app), entries, { name, platform, entrypoint: ['/'] });
  mkdirSync(dirname(output), { recursive: true });
  writeFileSync(output, archive);
  process.stdout.write(`${output}: ${name}, ${entries.length} files, ${(archive.length / 1024).toFixed(0)} KB\n`);
}

if (import.meta.main) {
  await main().catch((error: Error) => {
    process.stderr.write(`cannot make an image: ${error.message}\n`);
    process.exitCode = 1;
  });
}
