import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { MAX_DATA_BYTES, type Mount, type MountCall, MS, planMount, shortenLowerDirectories } from './mount-options.ts';

const bind = (...options: string[]): Mount => ({ type: 'bind', source: '/image', target: '', options });

function callsOf(mount: Mount): readonly MountCall[] {
  const plan = planMount(mount);
  if ('command' in plan) throw new Error('planned a command');
  return plan.calls;
}

const planning = suite('planMount');

planning('turns words of fstab into flags, and takes them back', () => {
  const options = ['ro', 'nosuid', 'nodev', 'noexec', 'noatime', 'rw', 'exec', 'defaults'];
  const [call] = callsOf({ type: 'tmpfs', source: 'tmpfs', target: '', options });
  assert.is(call?.flags, MS.NOSUID | MS.NODEV | MS.NOATIME);
  assert.is(call?.data, '');
});

planning('leaves the options of the file system to it, in order', () => {
  const mount = {
    type: 'overlay',
    source: 'overlay',
    target: '',
    options: ['index=off', 'workdir=/w', 'lowerdir=/a:/b'],
  };
  assert.equal(callsOf(mount), [
    { source: 'overlay', type: 'overlay', flags: 0, data: 'index=off,workdir=/w,lowerdir=/a:/b' },
  ]);
});

planning('makes a bind mount read-only by a second call', () => {
  assert.equal(callsOf(bind('rbind', 'ro')), [
    { source: '/image', type: 'bind', flags: MS.BIND | MS.REC | MS.RDONLY, data: '' },
    { source: '', type: '', flags: MS.BIND | MS.REC | MS.RDONLY | MS.REMOUNT, data: '' },
  ]);
});

planning('sets propagation by a call of its own, before the read-only one', () => {
  const flags = callsOf(bind('bind', 'ro', 'rslave')).map((call) => call.flags);
  assert.equal(flags, [MS.BIND | MS.RDONLY, MS.SLAVE | MS.REC, MS.BIND | MS.RDONLY | MS.REMOUNT]);
});

planning('does not mount again when only propagation changes on a remount', () => {
  const flags = callsOf({ type: '', source: '', target: '', options: ['remount', 'private'] }).map(
    (call) => call.flags,
  );
  assert.equal(flags, [MS.PRIVATE]);
});

planning('drops options that are meant for others', () => {
  assert.is(callsOf(bind('bind', 'X-containerd.custom'))[0]?.data, '');
});

planning('leaves loop devices and file systems in user space to mount(8)', () => {
  const loop = { type: 'ext4', source: '/disk.img', target: '', options: ['loop', 'ro'] };
  assert.equal(planMount(loop), { command: ['mount', '-t', 'ext4', '-o', 'loop,ro', '/disk.img'] });
  const fuse = { type: 'fuse3.fs', source: 'src', target: '', options: [] };
  assert.equal(planMount(fuse), { command: ['mount', '-t', 'fuse3.fs', 'src'] });
});

planning.run();

const shortening = suite('shortenLowerDirectories');

const layers = (count: number): string[] =>
  Array.from({ length: count }, (_, index) => `/var/lib/containerd/snapshots/${index}/fs`);

shortening('leaves what fits alone', () => {
  assert.equal(shortenLowerDirectories('lowerdir=/a:/b'), { data: 'lowerdir=/a:/b' });
});

shortening('names lower directories relative to the folder they share', () => {
  const data = `workdir=/w,lowerdir=${layers(100).join(':')}`;
  assert.ok(data.length > MAX_DATA_BYTES);
  const { data: shorter, directory } = shortenLowerDirectories(data);
  assert.is(directory, '/var/lib/containerd/snapshots');
  assert.ok(shorter.startsWith('workdir=/w,lowerdir=0/fs:1/fs:'));
  assert.ok(shorter.length < MAX_DATA_BYTES);
});

shortening('refuses what does not fit even so', () => {
  assert.throws(() => shortenLowerDirectories(`lowerdir=${layers(1000).join(':')}`), /too many layers/);
  assert.throws(() => shortenLowerDirectories('x'.repeat(MAX_DATA_BYTES)), /too long/);
});

shortening.run();
