// The command line as containerd writes it, in the syntax of Go's flag package: `-x v`, `-x=v` or `--x=v`, then the action.

/** What containerd says on the command line; a flag that was not given is empty or false. */
export type Flags = {
  /** `start`, `delete`, our own `serve`, or empty for the flags that act by themselves. */
  readonly action: string;
  readonly namespace: string;
  readonly id: string;
  /** containerd's gRPC socket. */
  readonly address: string;
  /** The containerd executable. */
  readonly publishBinary: string;
  readonly bundle: string;
  /** Our own, for `serve`: the path of the socket that it inherits. */
  readonly socket: string;
  readonly isDebug: boolean;
  readonly wantsInfo: boolean;
  readonly wantsVersion: boolean;
  readonly wantsHelp: boolean;
};

const switches = new Set(['debug', 'info', 'v', 'version', 'h', 'help']);
// Go's strconv.ParseBool; anything else is no `false`.
const falseWords = new Set(['0', 'f', 'F', 'false', 'FALSE', 'False']);

/** Parses the arguments behind the executable's name. Flags that we do not know are skipped, with their value if they have one. */
export function parseFlags(args: readonly string[]): Flags {
  const values = new Map<string, string>();
  const rest = [...args];
  while (rest[0]?.startsWith('-')) {
    const flag = rest.shift() ?? '';
    if (flag === '--') break;
    const [, name = '', value] = /^--?([^=]*)(?:=(.*))?$/s.exec(flag) ?? [];
    if (value !== undefined) values.set(name, value);
    else if (switches.has(name)) values.set(name, 'true');
    else values.set(name, rest.shift() ?? '');
  }
  const text = (name: string): string => values.get(name) ?? '';
  const isOn = (name: string): boolean => values.has(name) && !falseWords.has(text(name));
  return {
    action: rest[0] ?? '',
    namespace: text('namespace'),
    id: text('id'),
    address: text('address'),
    publishBinary: text('publish-binary'),
    bundle: text('bundle'),
    socket: text('socket'),
    isDebug: isOn('debug'),
    wantsInfo: isOn('info'),
    wantsVersion: isOn('v') || isOn('version'),
    wantsHelp: isOn('h') || isOn('help'),
  };
}

/** Writes flags as arguments, for a process of our own. */
export function formatFlags(flags: Flags): string[] {
  const { namespace, id, address, publishBinary, bundle, socket } = flags;
  const texts = { namespace, id, address, 'publish-binary': publishBinary, bundle, socket };
  const given = Object.entries(texts).filter(([, value]) => value !== '');
  const args = given.flatMap(([name, value]) => [`-${name}`, value]);
  return [...args, ...(flags.isDebug ? ['-debug'] : []), ...(flags.action ? [flags.action] : [])];
}
