import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { createComponentPlan, createRoute } from '../../worker/testing/prepared-app.ts';
import { formatAnnouncement } from './announcement.ts';

const announcement = suite('formatAnnouncement');

announcement('prints a blank line, the address and each route with its description', () => {
  const components = [createComponentPlan('api', { description: 'Answers' }), createComponentPlan('rest')];
  const api = createRoute('api', [{ tag: 'exact', val: 'api' }], '/api');
  const text = formatAnnouncement('http://0.0.0.0:80', [api, createRoute('rest')], components);
  assert.is(
    text,
    `
Serving http://0.0.0.0:80
Available Routes:
  api: http://0.0.0.0:80/api
    Answers
  rest: http://0.0.0.0:80 (wildcard)
`,
  );
});

announcement('names a static response by its trigger and leaves private routes out', () => {
  const { pattern: _, ...hidden } = createRoute('hidden');
  const fixed = createRoute('fixed', [{ tag: 'exact', val: 'fixed' }], '/fixed');
  fixed.target = { tag: 'static-response', val: { status: 200, headers: [], body: new Uint8Array() } };
  const text = formatAnnouncement('http://x', [hidden, fixed], [createComponentPlan('hidden')]);
  assert.match(text, 'trigger-fixed: http://x/fixed\n');
  assert.not.match(text, 'hidden');
});

announcement.run();
