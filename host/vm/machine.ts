// Runs the machine: an emulated PC with two disks and two serial ports, one for kernel and systemd, one for the tests. Its disks are
// written to a copy that is thrown away.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { startCommand } from '../testing/command.ts';
import type { SystemDisk } from './disk.ts';

const MEMORY_MIB = 3072;
const PROCESSORS = 2;
/** Of all tests together; a machine that does other things as well may need an hour. */
const TIMEOUT_MS = 7_200_000;
/** The line that the guest writes last. */
const ENDED = /^ended with (\d+)\r?$/m;

/** What the machine is made of. */
export type MachineOptions = {
  readonly system: SystemDisk;
  readonly repository: string;
  /** File that gets what kernel and systemd say. */
  readonly consoleLog: string;
  /** File that gets what the tests say. */
  readonly testLog: string;
};

/** Boots the machine and waits until it has turned itself off; passes on what its tests say. Tells whether they passed. */
export async function runMachine({ system, repository, consoleLog, testLog }: MachineOptions): Promise<boolean> {
  await writeFile(consoleLog, '');
  await writeFile(testLog, '');
  // What is thrown away need not be safe on the disk; containerd's database waits for that with each change.
  const drive = (path: string) => ['-drive', `file=${path},if=virtio,format=raw,snapshot=on,cache=unsafe`];
  const { child, ended } = startCommand(
    'qemu-system-x86_64',
    [
      // One thread for all processors: with more, what V8 compiles was seen to crash or loop in QEMU 7.2.
      ...['-machine', 'q35', '-accel', 'tcg,thread=single', '-cpu', 'max,-pku'],
      ...['-m', String(MEMORY_MIB), '-smp', String(PROCESSORS)],
      ...['-nodefaults', '-display', 'none', '-no-reboot'],
      ...['-kernel', system.kernel, '-initrd', system.initialRamdisk],
      ...['-append', 'root=/dev/vda rw console=ttyS0 panic=-1'],
      ...drive(system.image),
      ...drive(repository),
      ...['-serial', `file:${consoleLog}`, '-serial', `file:${testLog}`],
    ],
    { input: '' },
  );
  // Through a file: a serial port whose reader is slow drops what it cannot write.
  const follow = ['--follow', '--lines=+1', '--sleep-interval=0.5', `--pid=${child.pid}`, testLog];
  const passedOn = once(spawn('tail', follow, { stdio: ['ignore', 'inherit', 'inherit'] }), 'exit');
  const end = () => child.kill('SIGKILL');
  process.once('exit', end);
  const timer = setTimeout(end, TIMEOUT_MS);
  const { stderr } = await ended.finally(() => clearTimeout(timer));
  await passedOn;
  process.off('exit', end);
  const [, code] = ENDED.exec(await readFile(testLog, 'utf8')) ?? [];
  if (code === undefined) {
    const last = (await readFile(consoleLog, 'utf8')).split('\n').slice(-20).join('\n');
    throw new Error(
      `the machine ended before its tests, or was ended after ${TIMEOUT_MS / 60_000} minutes: ${stderr}\n${last}`,
    );
  }
  return code === '0';
}
