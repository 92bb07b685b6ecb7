/** First in, first out, without the cost of `Array.shift`. */
export interface Queue<T> {
  readonly length: number
  push(item: T): void
  peek(): T | undefined
  shift(): T | undefined
}

export function queue<T>(): Queue<T> {
  let items: T[] = []
  let head = 0
  return {
    get length() {
      return items.length - head
    },
    push: (item) => void items.push(item),
    peek: () => items[head],
    shift() {
      const item = items[head++]
      if (head >= items.length || head > 1024) {
        items = items.slice(head)
        head = 0
      }
      return item
    },
  }
}
