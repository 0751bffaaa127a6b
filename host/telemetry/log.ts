// Log lines in the form of containerd's own (logfmt), which containerd copies from a shim's `log` FIFO into its log.

/** How much a line matters. */
export type Level = 'debug' | 'info' | 'warning' | 'error';

/** More about a line, by name. An error is written as its message and the messages of its causes. */
export type LogFields = Readonly<Record<string, unknown>>;

/** Takes log lines. */
export interface Log {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warning(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
}

/** What a log needs. */
export type LogOptions = {
  readonly write: (line: string) => void;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly isDebug: boolean;
  /** Written on every line. */
  readonly fields: LogFields;
};

/** Creates a log that formats its lines and hands them to `write`. */
export function createLog({ write, now, isDebug, fields }: LogOptions): Log {
  const writer = (level: Level) => (message: string, more?: LogFields) => {
    write(formatLogLine(level, message, now(), { ...fields, ...more }));
  };
  return {
    debug: isDebug ? writer('debug') : () => undefined,
    info: writer('info'),
    warning: writer('warning'),
    error: writer('error'),
  };
}

/** Formats one line, with its line feed; `timeMs` is milliseconds since 1970. */
export function formatLogLine(level: Level, message: string, timeMs: number, fields: LogFields): string {
  const pairs = Object.entries(fields)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => ` ${name}=${formatValue(value)}`);
  return `time="${new Date(timeMs).toISOString()}" level=${level} msg=${quote(message)}${pairs.join('')}\n`;
}

function formatValue(value: unknown): string {
  const text =
    value instanceof Error ? messagesOf(value) : typeof value === 'object' ? JSON.stringify(value) : String(value);
  return /^[\w./:@+-]+$/.test(text) ? text : quote(text);
}

function quote(text: string): string {
  return JSON.stringify(text);
}

const MAX_CAUSES = 8;

function messagesOf(error: Error): string {
  const messages: string[] = [];
  for (let cause: unknown = error; cause instanceof Error && messages.length < MAX_CAUSES; cause = cause.cause) {
    messages.push(cause.message);
  }
  return messages.join(': ');
}
