// What a person is told when an app cannot be planned.

import type { Diagnostic } from '../gen/runtime.ts';
import { Code, StatusError } from '../ttrpc/status.ts';

/** The app is at fault: each of `diagnostics` is a line of the message. */
export class PlanRefusedError extends StatusError {
  readonly diagnostics: readonly Diagnostic[];

  constructor(diagnostics: readonly Diagnostic[]) {
    const errors = diagnostics.filter(({ severity }) => severity === 'error');
    super(Code.INVALID_ARGUMENT, (errors.length > 0 ? errors : diagnostics).map(formatDiagnostic).join('\n'));
    this.diagnostics = diagnostics;
  }
}

/** Formats a diagnostic as `/spin.toml:12:3: component.hello.source: message (fix)`. */
export function formatDiagnostic({ file, line, column, field, message, fix }: Diagnostic): string {
  const place = [file, line, column].filter((part) => part !== undefined && part !== '').join(':');
  const subject = [place, field].filter((part) => part !== undefined && part !== '').join(': ');
  return `${subject === '' ? '' : `${subject}: `}${message}${fix === undefined ? '' : ` (${fix})`}`;
}
