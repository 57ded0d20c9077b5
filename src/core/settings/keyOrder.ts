/**
 * The same value with the keys of its objects in the order of an earlier version, new keys behind.
 * Entries of lists are matched by `id`, else by place.
 */
export function inOrderOf(earlier: unknown, value: unknown): unknown {
  if (Array.isArray(value)) {
    const before: readonly unknown[] = Array.isArray(earlier) ? earlier : [];
    return value.map((entry, index) => inOrderOf(counterpart(before, entry, index), entry));
  }
  if (!isObject(value)) return value;
  const before = isObject(earlier) ? earlier : {};
  const kept = Object.keys(before).filter((key) => Object.hasOwn(value, key));
  const keys = new Set([...kept, ...Object.keys(value)]);
  return Object.fromEntries([...keys].map((key) => [key, inOrderOf(before[key], value[key])]));
}

function counterpart(before: readonly unknown[], entry: unknown, index: number): unknown {
  if (!isObject(entry) || entry.id === undefined) return before[index];
  return before.find((other) => isObject(other) && other.id === entry.id);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
