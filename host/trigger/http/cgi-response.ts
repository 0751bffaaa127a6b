// What a CGI program has written, made into an answer: header lines, an empty line, the body
// (https://www.rfc-editor.org/rfc/rfc3875#section-6), read as leniently as Spin reads it.

import { Fields } from '../../wasi/http/fields.ts';
import { decodeLatin1, encodeLatin1 } from '../../wasi/latin1.ts';
import type { WholeAnswer } from './whole-answer.ts';

const LF = 0x0a;
const CR = 0x0d;

const NO_KIND = "Exactly one of 'location' or 'content-type' must be specified";

/** Parses a program's output. `log` gets the lines that are left out. */
export function parseCgiResponse(output: Uint8Array, log: (line: string) => void): WholeAnswer {
  const bodyStart = findBody(output);
  const headers = new Fields();
  let status: number | undefined;
  let isRedirect = false;
  let hasKind = false;
  for (const line of readLines(output.subarray(0, bodyStart))) {
    const [, name = '', value = ''] = /^([^:]*):(.*)$/s.exec(line) ?? [];
    const field = name.trim().toLowerCase();
    if (field === 'status') {
      status = parseStatus(value.trim());
    } else if (!append(headers, field, value.trim())) {
      log(`the program's header line ${JSON.stringify(line)} is left out: it is no header`);
      continue;
    }
    hasKind ||= field === 'status' || field === 'content-type' || field === 'location';
    isRedirect ||= field === 'location';
  }
  if (hasKind) return { status: status ?? (isRedirect ? 302 : 200), headers, body: output.subarray(bodyStart) };
  log(`the program's output says not what it is: ${NO_KIND}`);
  return { status: 500, headers: new Fields(), body: new TextEncoder().encode(NO_KIND) };
}

/** Returns where the body starts: behind the first empty line. Output without one has no headers. */
function findBody(output: Uint8Array): number {
  let last = 0;
  for (const [index, byte] of output.entries()) {
    if (byte === LF && last === LF) return index + 1;
    if (byte !== CR) last = byte;
  }
  return 0;
}

function readLines(head: Uint8Array): string[] {
  const text = decodeLatin1(head).replaceAll('\r', '').trim();
  return text === '' ? [] : text.split('\n');
}

/** `418 I'm a teapot`, of which only the number counts. A status that is none is the gateway's fault. */
function parseStatus(text: string): number {
  const code = /^([2-9]\d\d)(?: |$)/.exec(text)?.[1];
  return code === undefined ? 502 : Number(code);
}

/** False when it cannot stand in an answer. */
function append(headers: Fields, name: string, value: string): boolean {
  try {
    headers.append(name, encodeLatin1(value));
    return true;
  } catch {
    return false;
  }
}
