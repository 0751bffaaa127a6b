// The command behind `make installer`: an image archive of the installer, which needs no base: the executable, the loader and libraries
// it runs with here, and busybox for what it calls (nsenter, to enter the node, and sleep, to stay).
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { parseArgs } from 'node:util';
import { encodeImage } from './archive.ts';
import { machinePlatform, readInstaller } from './files.ts';

const { values } = parseArgs({
  options: {
    executable: { type: 'string', default: 'build/containerd-shim-spin-v2' },
    name: { type: 'string', default: 'docker.io/library/containerd-shim-spin-installer:latest' },
    output: { type: 'string', default: 'build/installer.tar' },
  },
});
const entries = readInstaller(values.executable);
const entrypoint = ['/bin/containerd-shim-spin-v2'];
const archive = await encodeImage(entries, { name: values.name, platform: machinePlatform, entrypoint });
mkdirSync(dirname(values.output), { recursive: true });
writeFileSync(values.output, archive);
const megabytes = (archive.length / 2 ** 20).toFixed(0);
process.stdout.write(`${values.output}: ${values.name}, ${entries.length} files, ${megabytes} MB\n`);
