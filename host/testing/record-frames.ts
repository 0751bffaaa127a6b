// Records the frames between a containerd and a shim, for fixtures/frames. Stands in for the shim: `start` starts the real one
// (SHIM) and puts a proxy before it, which appends each frame to a file (FRAMES) as `>` (containerd's) or `<` (the shim's) and its hex.
// How to use it is in fixtures/frames/README.md.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import process from 'node:process';
import { encodeFrame, FrameDecoder } from '../ttrpc/frame.ts';

const { SHIM = '', FRAMES = '' } = process.env;
const args = process.argv.slice(2);

if (args[0] === 'proxy') serveProxy(args[1] ?? '', args[2] ?? '');
else if (args.at(-1) === 'start') await start();
else process.exitCode = spawnSync(SHIM, args, { stdio: 'inherit' }).status ?? 1;

async function start(): Promise<void> {
  const { stdout, status } = spawnSync(SHIM, args, { input: readFileSync(0), stdio: ['pipe', 'pipe', 'inherit'] });
  const path = readFileSync('address', 'utf8').replace('unix://', '');
  const ours = `${path.slice(0, -1)}_`;
  const proxy = spawn(process.execPath, [process.argv[1] ?? '', 'proxy', ours, path], {
    detached: true,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  await once(proxy.stdout, 'data');
  proxy.stdout.destroy();
  proxy.unref();
  // An address and its proxy's have the same length, so that a protobuf reply keeps its form.
  const reply = Buffer.from(stdout.toString('latin1').replace(path, ours), 'latin1');
  writeFileSync('address', `unix://${ours}`);
  process.stdout.write(reply);
  process.exitCode = status ?? 1;
}

function serveProxy(ours: string, theirs: string): void {
  const server = createServer((containerd) => {
    const shim = connect(theirs);
    copyFrames(containerd, shim, '>');
    copyFrames(shim, containerd, '<');
    shim.on('close', () => {
      containerd.end();
      server.close();
    });
  });
  server.listen(ours, () => process.stdout.write('listening'));
}

function copyFrames(from: Socket, to: Socket, mark: string): void {
  const decoder = new FrameDecoder();
  from.on('data', (chunk: Buffer) => {
    for (const frame of decoder.decode(chunk)) {
      if (!('data' in frame)) continue;
      appendFileSync(FRAMES, `${mark} ${Buffer.from(encodeFrame(frame)).toString('hex')}\n`);
    }
    to.write(chunk);
  });
  from.on('end', () => to.end());
  from.on('error', () => to.destroy());
}
