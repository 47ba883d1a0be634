// Sets that grow together: what is joined with what, whatever the order.

/** Values of equal roots are in one set. */
export class DisjointSets<T> {
  readonly #parents = new Map<T, T>();

  join(a: T, b: T): void {
    const [rootOfA, rootOfB] = [this.root(a), this.root(b)];
    if (rootOfA !== rootOfB) this.#parents.set(rootOfB, rootOfA);
  }

  /** One member that stands for the whole set. */
  root(value: T): T {
    let root = value;
    for (let next = this.#parents.get(root); next !== undefined; next = this.#parents.get(root)) root = next;
    if (root !== value) this.#parents.set(value, root);
    return root;
  }
}
