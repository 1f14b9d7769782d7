// The outbox in IndexedDB, so that it outlives the page and the server.

const NAME = "chatconnet";
const STORE = "outbox";

/** @implements {OutboxStorage} */
export class OutboxDatabase {
  /** @type {Promise<IDBDatabase>} */
  #database;

  constructor() {
    const opening = indexedDB.open(NAME, 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore(STORE, { keyPath: "key" }).createIndex("user", "user");
    this.#database = settled(opening);
  }

  /** @param {string} user  user id: another person's messages in the same browser stay theirs */
  async all(user) {
    return settled((await this.#store("readonly")).index("user").getAll(user));
  }

  /** @param {Entry} entry */
  async put(entry) {
    await settled((await this.#store("readwrite")).put(entry));
  }

  /** @param {string} key */
  async remove(key) {
    await settled((await this.#store("readwrite")).delete(key));
  }

  /** @param {IDBTransactionMode} mode */
  async #store(mode) {
    return (await this.#database).transaction(STORE, mode).objectStore(STORE);
  }
}

/**
 * @template T
 * @param {IDBRequest<T>} request
 * @returns {Promise<T>}
 */
function settled(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}
