// How `start` answers, for each containerd that is about:
//             standard input      standard output
//   1.6       options as an Any   the address alone, which means version 2
//   1.7       options as an Any   the address alone, or JSON up to version 2
//   2.0-2.2   options as an Any   the address alone, or JSON up to version 3
//   2.3-      BootstrapParams     BootstrapResult (bootstrap.ts), version 3
// With version 3 containerd joins further containers of a pod to its shim without calling `start` for each.

/** An answer without protobuf. */
export type ReplyFormat = 'address' | 'json';

/** Formats an answer without protobuf: JSON says version 3. */
export function formatReply(format: ReplyFormat, address: string): Uint8Array {
  const json = JSON.stringify({ version: 3, address, protocol: 'ttrpc' });
  return new TextEncoder().encode(format === 'json' ? json : address);
}

/** Chooses an answer that this containerd takes, by what `containerd --version` prints; every one takes an address alone. */
export function replyFormatFor(versionText: string): ReplyFormat {
  const version = parseContainerdVersion(versionText);
  return version && version.major >= 2 ? 'json' : 'address';
}

/** Tells whether bytes name a container, as BootstrapParams do and options, as a rule, do not. */
export function mayNameContainer(bytes: Uint8Array, id: string): boolean {
  return new TextDecoder('latin1').decode(bytes).includes(id);
}

/** Finds the major and minor version in what `containerd --version` prints; undefined when there is none. */
export function parseContainerdVersion(text: string): { readonly major: number; readonly minor: number } | undefined {
  const match = /^containerd\s+\S+\s+v?(\d+)\.(\d+)\./.exec(text.trim());
  return match ? { major: Number(match[1]), minor: Number(match[2]) } : undefined;
}
