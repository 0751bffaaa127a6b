import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { locateCgroup, locateFutureCgroup } from './path.ts';

const v1Mounts = `31 23 0:28 / /sys/fs/cgroup rw - tmpfs tmpfs rw,mode=755
32 31 0:29 / /sys/fs/cgroup/cpu,cpuacct rw,relatime - cgroup cgroup rw,cpu,cpuacct
35 31 0:32 / /sys/fs/cgroup/memory rw,relatime shared:7 - cgroup cgroup rw,memory
40 31 0:37 / /sys/fs/cgroup/systemd rw,relatime - cgroup cgroup rw,name=systemd
41 31 0:38 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw
`;
const v2Mounts = '31 23 0:28 / /sys/fs/cgroup rw,nosuid - cgroup2 cgroup2 rw,nsdelegate\n';
const root = '0::/\n';

const cgroups = suite('locateCgroup');

cgroups('finds a container under cgroup v2', () => {
  const text = '0::/kubepods.slice/cri-abc.scope\n';
  assert.equal(locateCgroup(text, '0::/system.slice/containerd.service\n', v2Mounts), {
    version: 2,
    directories: { unified: '/sys/fs/cgroup/kubepods.slice/cri-abc.scope' },
  });
});

cgroups('finds a container in every hierarchy of v1, the unified one beside them included', () => {
  const text = '9:name=systemd:/a/c\n4:memory:/a/c\n2:cpu,cpuacct:/a/c\n0::/a/c\n';
  assert.equal(locateCgroup(text, root, v1Mounts), {
    version: 1,
    directories: {
      'name=systemd': '/sys/fs/cgroup/systemd/a/c',
      memory: '/sys/fs/cgroup/memory/a/c',
      cpu: '/sys/fs/cgroup/cpu,cpuacct/a/c',
      cpuacct: '/sys/fs/cgroup/cpu,cpuacct/a/c',
      unified: '/sys/fs/cgroup/unified/a/c',
    },
  });
});

cgroups('leaves out what the container shares with this process, and the root', () => {
  const own = '4:memory:/shim\n2:cpu,cpuacct:/a/c\n0::/shim\n';
  const { directories } = locateCgroup('4:memory:/shim\n2:cpu,cpuacct:/\n0::/a/c\n', own, v1Mounts);
  assert.equal(directories, { unified: '/sys/fs/cgroup/unified/a/c' });
});

cgroups('takes a hierarchy of which only a part is mounted', () => {
  const mounts = '35 31 0:32 /docker/1 /sys/fs/cgroup/memory ro - cgroup cgroup rw,memory\n';
  assert.equal(locateCgroup('4:memory:/docker/1/a/c\n', root, mounts).directories, {
    memory: '/sys/fs/cgroup/memory/a/c',
  });
  assert.equal(locateCgroup('4:memory:/docker/10\n', root, mounts).directories, {
    memory: '/sys/fs/cgroup/memory/docker/10',
  });
});

cgroups('leaves out a hierarchy that is not mounted', () => {
  assert.equal(locateCgroup('4:memory:/a\n', root, v2Mounts).directories, {});
});

cgroups.run();

const future = suite('locateFutureCgroup');

future('is the path in every hierarchy', () => {
  assert.equal(locateFutureCgroup('/pod/c', v2Mounts), {
    version: 2,
    directories: { unified: '/sys/fs/cgroup/pod/c' },
  });
  assert.equal(locateFutureCgroup('/pod/c', v1Mounts), {
    version: 1,
    directories: {
      cpu: '/sys/fs/cgroup/cpu,cpuacct/pod/c',
      cpuacct: '/sys/fs/cgroup/cpu,cpuacct/pod/c',
      memory: '/sys/fs/cgroup/memory/pod/c',
      'name=systemd': '/sys/fs/cgroup/systemd/pod/c',
      unified: '/sys/fs/cgroup/unified/pod/c',
    },
  });
});

future("is systemd's unit below its slices", () => {
  for (const [path, expected] of [
    [
      'kubepods-besteffort-pod1.slice:cri-containerd:abc',
      '/kubepods.slice/kubepods-besteffort.slice/kubepods-besteffort-pod1.slice/cri-containerd-abc.scope',
    ],
    ['system.slice:box:abc', '/system.slice/box-abc.scope'],
    ['-.slice::abc', '/abc.scope'],
  ] as const) {
    assert.is(locateFutureCgroup(path, v2Mounts)?.directories['unified'], `/sys/fs/cgroup${expected}`);
  }
});

future('is not known when it is relative, or everything', () => {
  for (const path of ['', '/', 'pod/c', '../c']) assert.is(locateFutureCgroup(path, v2Mounts), null);
});

future.run();
