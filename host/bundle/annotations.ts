// The annotations that this shim reads from a container's spec. containerd's CRI plugin writes those of `io.kubernetes.cri`; the others
// of a pod arrive only where containerd's `pod_annotations` lets them through.

/** Groups containers under one shim, as containerd's own shim for runc understands it. */
export const RUNC_GROUP = 'io.containerd.runc.v2.group';
/** The pod sandbox that a container belongs to. */
export const CRI_SANDBOX_ID = 'io.kubernetes.cri.sandbox-id';
/** Where in the container a pod wants the message that says why it ended. */
export const TERMINATION_MESSAGE_PATH = 'io.kubernetes.container.terminationMessagePath';
/** Names one of the guest runtimes that the node's configuration offers. */
export const GUEST_RUNTIME = 'containerd-shim-spin/guest-runtime';

/** The annotations of a spec; null where Go wrote an empty map. */
export type Annotations = Readonly<Record<string, string>> | null | undefined;

/** Returns the group of containers that share a shim: named explicitly, else the pod sandbox, else the container alone. */
export function groupIdOf(annotations: Annotations, id: string): string {
  return annotations?.[RUNC_GROUP] || annotations?.[CRI_SANDBOX_ID] || id;
}
