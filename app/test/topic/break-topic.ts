import { readFileSync, writeFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';

/** Changes the rows of a topic file by SQL, as a hand does. */
export function damageBatches(file: string, sql: string): void {
  const database = new DatabaseSync(file);
  database.exec(sql);
  database.close();
}

/** Fills one page of a topic file with other bytes, as a bad disk does; a negative number counts from the last one. */
export function damagePage(file: string, page: number): void {
  const database = new DatabaseSync(file);
  const size = Number(database.prepare('pragma page_size').get()?.['page_size']);
  database.exec('pragma wal_checkpoint(truncate)');
  database.close();
  const content = readFileSync(file);
  const at = (page < 0 ? Math.floor(content.length / size) + page : page) * size;
  writeFileSync(file, content.fill(0xa5, at, at + size));
}
