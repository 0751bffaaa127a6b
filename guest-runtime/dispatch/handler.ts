// Finds the export of a component that serves an http trigger. A component exports exactly one of them, because which one it is
// decides how requests reach it.

import type { ComponentPlan, Diagnostic, HttpExecutor } from '../../host/gen/runtime.ts';

/** Names of exports that serve http, and how they are written for people. */
const HTTP_HANDLERS: readonly (readonly [export_: RegExp, name: string])[] = [
  [/^wasi:http\/incoming-handler@0\.2\.\d+$/, 'wasi:http/incoming-handler@0.2.x'],
  [/^wasi:http\/handler@0\.3\.\d+$/, 'wasi:http/handler@0.3.x'],
  [/^wasi:http\/handler@0\.3\.0-rc-2026-03-15$/, 'wasi:http/handler@0.3.0-rc-2026-03-15'],
  [/^fermyon:spin\/inbound-http$/, 'fermyon:spin/inbound-http'],
  [/^wasi:http\/incoming-handler@0\.2\.0-rc-2023-(?:10-18|11-10)$/, 'its snapshots of 2023-10-18 and 2023-11-10'],
];

const WAGI_HANDLERS: typeof HTTP_HANDLERS = [[/^wasi:cli\/run@0\.2\.\d+$/, 'wasi:cli/run@0.2.x']];

/** Chooses among a component's exports, or says why none will do. */
export function selectHandler(
  component: ComponentPlan,
  executor: HttpExecutor,
  exports: readonly string[],
): string | Diagnostic {
  const handlers = executor === 'wagi' ? WAGI_HANDLERS : HTTP_HANDLERS;
  const found = exports.filter((name) => handlers.some(([pattern]) => pattern.test(name)));
  const [handler, second] = found;
  if (handler !== undefined && second === undefined) return handler;
  const problem =
    handler === undefined
      ? `exports nothing that serves http: ${exports.join(', ') || 'no exports'}`
      : `exports several handlers of http, and must export one: ${found.join(', ')}`;
  const names = handlers.map(([, name]) => name).join(', ');
  return {
    severity: 'error',
    file: component.location?.file ?? '',
    line: component.location?.line,
    column: component.location?.column,
    field: `component.${component.id}.source`,
    message: `component \`${component.id}\` ${problem}`,
    fix: handler === undefined ? `export one of ${names}` : 'build the component with one of them',
  };
}
