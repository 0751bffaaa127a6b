// The streams of a command in a container, as `kubectl exec` and `kubectl attach` have them: a WebSocket whose messages start with the
// number of a channel. https://github.com/kubernetes/kubernetes/blob/master/staging/src/k8s.io/streaming, "v4.channel.k8s.io"
import { once } from 'node:events';

const PROTOCOL = 'v4.channel.k8s.io';
/** 3 is the status at the end. */
const CHANNEL = { stdin: 0, stdout: 1, stderr: 2, resize: 4 } as const;

/** What may be asked of a command with streams. */
export type StreamOptions = { readonly tty?: boolean };

/** How it ended. */
export type StreamEnd = { readonly stdout: string; readonly stderr: string; readonly code: number };

/** An open connection to a process. */
export type Stream = {
  readonly write: (text: string) => void;
  readonly resize: (columns: number, rows: number) => void;
  /** What came on standard output so far. */
  readonly written: () => string;
  /** What came on standard error so far. */
  readonly complained: () => string;
  /** Resolves when the process has ended. Rejects when the connection was closed before. */
  readonly untilEnd: () => Promise<StreamEnd>;
  readonly close: () => void;
};

/** A connection to a port of a pod. */
export type Tunnel = {
  readonly write: (text: string) => void;
  /** What came from there so far. */
  readonly received: () => string;
  /** What went wrong on the way, if anything. */
  readonly error: () => string;
  readonly close: () => void;
};

/** Connects to the address that containerd gave for a port. Of its two channels, each begins with the port's number in two bytes. */
export async function openTunnel(url: string, port: number): Promise<Tunnel> {
  const socket = new WebSocket(`${url.replace(/^http/, 'ws')}?port=${port}`, [PROTOCOL]);
  socket.binaryType = 'arraybuffer';
  const texts = ['', ''];
  const begun = new Set<number>();
  socket.addEventListener('message', ({ data }) => {
    const [channel = 0, ...bytes] = new Uint8Array(data as ArrayBuffer);
    if (begun.has(channel)) texts[channel] += new TextDecoder().decode(Uint8Array.from(bytes));
    begun.add(channel);
  });
  await once(socket, 'open');
  return {
    write: (text) => socket.send(Uint8Array.of(0, ...new TextEncoder().encode(text))),
    received: () => texts[0] ?? '',
    error: () => texts[1] ?? '',
    close: () => socket.close(),
  };
}

/** Connects to the address that containerd gave for a command's streams. */
export async function attachTo(url: string): Promise<Stream> {
  const socket = new WebSocket(url.replace(/^http/, 'ws'), [PROTOCOL]);
  socket.binaryType = 'arraybuffer';
  const texts = ['', '', '', '', ''];
  socket.addEventListener('message', ({ data }) => {
    const [channel = 0, ...bytes] = new Uint8Array(data as ArrayBuffer);
    texts[channel] += new TextDecoder().decode(Uint8Array.from(bytes));
  });
  const closed = once(socket, 'close');
  await once(socket, 'open');
  const send = (channel: number, text: string) => {
    socket.send(Uint8Array.of(channel, ...new TextEncoder().encode(text)));
  };
  return {
    write: (text) => send(CHANNEL.stdin, text),
    resize: (columns, rows) => send(CHANNEL.resize, JSON.stringify({ Width: columns, Height: rows })),
    written: () => texts[CHANNEL.stdout] ?? '',
    complained: () => texts[CHANNEL.stderr] ?? '',
    untilEnd: async () => {
      await closed;
      const [, stdout = '', stderr = '', status = ''] = texts;
      return { stdout, stderr, code: codeOf(status) };
    },
    close: () => socket.close(),
  };
}

/** The status is a Kubernetes `Status`: a success, or a failure with the exit code among its causes. */
function codeOf(text: string): number {
  if (text === '') throw new Error('the connection was closed without a status');
  const { status, message, details } = JSON.parse(text) as {
    status: string;
    message?: string;
    details?: { causes?: { reason: string; message: string }[] };
  };
  if (status === 'Success') return 0;
  const code = details?.causes?.find(({ reason }) => reason === 'ExitCode')?.message;
  if (code === undefined) throw new Error(message);
  return Number(code);
}
