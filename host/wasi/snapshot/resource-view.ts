// A resource under an older interface: the same objects, of which some methods are others.

type Class = abstract new (...args: never[]) => object;

/**
 * Returns a class for an engine to find methods in: `methods`, and otherwise those of `resource`. They are called on any object of
 * `resource`, also on one that was not made by the class returned.
 */
export function createView<C extends Class, M>(resource: C, methods: M & ThisType<InstanceType<C>>): C {
  const View = class extends (resource as unknown as new () => object) {};
  Object.assign(View.prototype, methods);
  return View as unknown as C;
}
