// The images that critest pulls, made anew of the machine's static busybox: programs of the same names that do what its cases ask of
// them. Names are those in cri-tools' sources; the registries they stand in do not matter.
import { createImage, type ImageParts } from '../image/archive.ts';
import { machinePlatform } from '../image/files.ts';
import type { TarEntry } from '../image/tar.ts';
import { mustRun } from '../testing/command.ts';
import { listBusybox } from '../testing/images.ts';

/** What differs between images: who their process runs as and what it is. */
type Variant = {
  readonly user?: string;
  readonly entrypoint?: readonly string[];
  readonly files?: readonly TarEntry[];
};

const PROGRAM_MODE = 0o755;
const SETUID_MODE = 0o4755;
const text = new TextEncoder();

const file = (path: string, content: string, mode?: number): TarEntry => ({
  kind: 'file',
  path,
  content: text.encode(content),
  ...(mode === undefined ? {} : { mode }),
});
const script = (path: string, lines: string): TarEntry => file(path, `#!/bin/sh\n${lines}\n`, PROGRAM_MODE);

/** Users and groups that cases name, and programs that Debian's busybox lacks. */
const EVERYWHERE: readonly TarEntry[] = [
  file(
    'etc/passwd',
    'root:x:0:0:root:/root:/bin/sh\nwww-data:x:33:33::/var/www:/bin/false\nnobody:x:65534:65534::/:/bin/false\n',
  ),
  file('etc/group', 'root:x:0:\nwww-data:x:33:\nnogroup:x:65534:\n'),
  script('bin/pgrep', 'grep -l "^$1$" /proc/[0-9]*/comm 2>/dev/null | cut -d / -f 3'),
  script('bin/ipcs', 'exec cat /proc/sysvipc/shm'),
  // A file of its own, since a case masks it.
  script('bin/ls', 'exec busybox ls "$@"'),
];

/** A web server that keeps its process id, names itself and answers on a port as nginx and httpd do. */
function listServer(program: string, port: number): Variant {
  const lines = [
    `echo $$ > /var/run/${program}.pid`,
    `echo "Command line: '${program} -D FOREGROUND'"`,
    `httpd -f -p ${port} -h /www &`,
    'wait',
  ];
  return {
    entrypoint: [`/bin/${program}`, 'master process'],
    files: [
      script(`bin/${program}`, lines.join('\n')),
      file('www/index.html', `${program}\n`),
      { kind: 'directory', path: 'var/run' },
    ],
  };
}

/** The test images of cri-tools itself by tag, without what stands before each. */
const OWN: Readonly<Record<string, Variant>> = {
  'test-image-user-uid:latest': { user: '1002' },
  'test-image-user-username:latest': { user: 'www-data' },
  'test-image-user-uid-group:latest': { user: '1003:users' },
  'test-image-user-username-group:latest': { user: 'www-data:www-data' },
  'test-image-predefined-group:latest': {
    user: '1000',
    files: [
      file('etc/passwd', 'root:x:0:0:root:/root:/bin/sh\ndefault-user:x:1000:1000::/:/bin/sh\n'),
      file('etc/group', 'root:x:0:\ndefault-user:x:1000:\ngroup-defined-in-image:x:50000:default-user\n'),
    ],
  },
  'test-image-latest:latest': {},
  'test-image-tag:test': {},
  'test-image-tag:all': {},
  'test-image-1:latest': {},
  'test-image-2:latest': {},
  'test-image-3:latest': {},
  [`hostnet-nginx-${machinePlatform.architecture}:latest`]: listServer('nginx', 12003),
};

/** Makes every image, by repository and tag. `effectiveUid` is a program that says which user's rights it has. */
export async function createImages(effectiveUid: Uint8Array): Promise<ReadonlyMap<string, ImageParts>> {
  const system = await listSystem();
  const program: TarEntry = { kind: 'file', path: 'bin/effective-uid', content: effectiveUid, mode: SETUID_MODE };
  const variants = new Map<string, Variant>([
    ['e2e-test-images/busybox:1.29-2', {}],
    ['e2e-test-images/nginx:1.14-2', listServer('nginx', 80)],
    ['e2e-test-images/httpd:2.4.39-4', listServer('httpd', 80)],
    ['e2e-test-images/nonewprivs:1.3', { entrypoint: ['/bin/effective-uid'], files: [program] }],
    ...Object.entries(OWN).map(([name, variant]): [string, Variant] => [`k8s-staging-cri-tools/${name}`, variant]),
  ]);
  const images = new Map<string, ImageParts>();
  for (const [name, variant] of variants) images.set(name, await create(name, system, variant));
  // One image of several names, the others have one each.
  const shared = await create('test-image-tags', system, {});
  for (const tag of ['1', '2', '3']) images.set(`k8s-staging-cri-tools/test-image-tags:${tag}`, shared);
  return images;
}

/** The label makes each image another one: removing one must not remove its equals. */
function create(name: string, system: readonly TarEntry[], variant: Variant): Promise<ImageParts> {
  const { user, entrypoint = ['/bin/sh'], files = [] } = variant;
  const paths = new Set(files.map(({ path }) => path));
  const entries = [...system.filter(({ path }) => !paths.has(path)), ...files];
  return createImage(entries, {
    platform: machinePlatform,
    entrypoint,
    environment: ['PATH=/bin'],
    labels: { name },
    ...(user === undefined ? {} : { user }),
  });
}

async function listSystem(): Promise<readonly TarEntry[]> {
  const applets = (await mustRun('busybox', ['--list'])).trim().split('\n');
  return [...(await listBusybox(applets.filter((name) => name !== 'busybox'))), ...EVERYWHERE];
}
