/**
 * The function with its result kept for each object that it was given, for as long as that object lives. For pure
 * functions whose argument is never changed and whose result nobody changes, such as a schema made from a schema.
 */
export function oncePerObject<K extends object, V>(make: (object: K) => V): (object: K) => V {
  const made = new WeakMap<K, { value: V }>();
  return (object) => {
    const known = made.get(object);
    if (known) return known.value;
    const value = make(object);
    made.set(object, { value });
    return value;
  };
}
