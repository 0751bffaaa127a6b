// Finds the file in which a container may say why it ended: a kubelet mounts one into every container and shows its text as the container's
// message. https://kubernetes.io/docs/tasks/debug/debug-application/determine-reason-pod-failure/

import { TERMINATION_MESSAGE_PATH } from './annotations.ts';
import type { Spec } from './spec.ts';

/** Where Kubernetes puts it unless a pod says otherwise. */
const DEFAULT_PATH = '/dev/termination-log';

/** What a kubelet mounts there: a file named by a random number, in the folder that it keeps for the container. */
const KUBELET_FILE = /\/pods\/[^/]+\/containers\/[^/]+\/[0-9a-f]{8}$/;

/**
 * Returns the file's path in the container; null when nothing is mounted for it. The pod's own choice of a path is in an annotation, which
 * reaches this shim only where containerd's `container_annotations` let it through; else the mounted file tells.
 */
export function terminationMessagePathOf(spec: Spec): string | null {
  const { annotations } = spec;
  const mounts = spec.mounts ?? [];
  const isMounted = (path: string | undefined) => mounts.some(({ destination }) => destination === path);
  const chosen = annotations?.[TERMINATION_MESSAGE_PATH];
  if (chosen !== undefined && isMounted(chosen)) return chosen;
  const mounted = mounts.find(({ source = '' }) => KUBELET_FILE.test(source));
  if (mounted !== undefined) return mounted.destination;
  return isMounted(DEFAULT_PATH) ? DEFAULT_PATH : null;
}
