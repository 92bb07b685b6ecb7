const chunkBits = 12
const chunkMask = (1 << chunkBits) - 1

/**
 * Where each node of a DAG was found: its parent and the number of the link. Nodes are numbered from 1; 0 stands for what links to
 * the root. Eight bytes a node.
 */
export class PlaceList {
  readonly #chunks: Uint32Array[] = []
  #count = 0

  /** Bytes held. */
  get memory(): number {
    return this.#chunks.reduce((sum, { byteLength }) => sum + byteLength, 0)
  }

  /** The number of the new node. */
  add(parent: number, index: number): number {
    const at = this.#count++
    const number = at >>> chunkBits
    // The first chunk is small: most DAGs are.
    this.#chunks[number] ??= new Uint32Array(number === 0 ? 16 : 2 << chunkBits)
    let chunk = this.#chunks[number]
    const place = (at & chunkMask) * 2
    if (place >= chunk.length) {
      const wider = new Uint32Array(chunk.length * 2)
      wider.set(chunk)
      chunk = this.#chunks[number] = wider
    }
    chunk[place] = parent
    chunk[place + 1] = index
    return this.#count
  }

  parent(node: number): number {
    return this.#chunks[(node - 1) >>> chunkBits]![((node - 1) & chunkMask) * 2]!
  }

  index(node: number): number {
    return this.#chunks[(node - 1) >>> chunkBits]![((node - 1) & chunkMask) * 2 + 1]!
  }
}
