// Names of the app's own components as hosts: `<component id>.spin.internal`, answered within the app.

import type { HostRule } from '../../host/gen/runtime.ts';

/** The domain of an app's components. */
export const SERVICE_CHAINING_DOMAIN = 'spin.internal';

/** Expands `http(s)://*.spin.internal` to one rule for each of the app's components; any other rule stays as it is. */
export function expandServiceChaining(rule: HostRule, componentIds: readonly string[]): HostRule[] {
  const isHttp = rule.scheme === 'http' || rule.scheme === 'https';
  if (!isHttp || rule.host.tag !== 'subdomain' || rule.host.val !== SERVICE_CHAINING_DOMAIN) return [rule];
  return componentIds.map((id) => ({ ...rule, host: { tag: 'exact', val: `${id}.${SERVICE_CHAINING_DOMAIN}` } }));
}

/** Which components a rule lets its component call: an id, all of them, or none. */
export function chainingTargetOf(rule: HostRule): { readonly id: string } | 'all' | 'none' {
  if (rule.host.tag === 'subdomain') return rule.host.val === SERVICE_CHAINING_DOMAIN ? 'all' : 'none';
  if (rule.host.tag !== 'exact') return 'none';
  const [id = '', ...domain] = rule.host.val.split('.');
  return domain.join('.') === SERVICE_CHAINING_DOMAIN ? { id } : 'none';
}
