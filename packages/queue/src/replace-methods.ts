/** The object with some methods replaced; the others run on the object itself. */
export function replaceMethods<T extends object>(object: T, methods: Record<string, unknown>): T {
  return new Proxy(object, {
    get(target, property) {
      if (typeof property === "string" && Object.hasOwn(methods, property)) return methods[property];
      const value: unknown = Reflect.get(target, property);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}
