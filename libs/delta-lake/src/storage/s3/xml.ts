/**
 * Reading the few XML documents of S3 (ListBucketResult, Error, InitiateMultipartUploadResult). They have no attributes
 * of interest, no CDATA and no element within one of the same name, so a regular expression can read them.
 */

const NAMED: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/** The inside of each element `name`, in order. */
export function elements(xml: string, name: string): string[] {
  const pattern = new RegExp(`<${name}(?:\\s[^>]*)?(?:/>|>([\\s\\S]*?)</${name}>)`, 'g');
  return Array.from(xml.matchAll(pattern), ([, inside]) => inside ?? '');
}

/** The text of the first element `name`, with entities resolved; null if there is no such element. */
export function text(xml: string, name: string): string | null {
  const inside = elements(xml, name)[0];
  return inside === undefined ? null : unescape(inside);
}

/** A text as the content of an element. */
export function escapeText(plain: string): string {
  return plain.replace(/[&<>]/g, (character) => `&#${character.charCodeAt(0)};`);
}

function unescape(inside: string): string {
  return inside.replace(/&(?:#x([0-9a-f]+)|#(\d+)|(\w+));/gi, (entity, hex, decimal, named: string) => {
    if (hex !== undefined) return String.fromCodePoint(Number.parseInt(String(hex), 16));
    if (decimal !== undefined) return String.fromCodePoint(Number(decimal));
    return NAMED[named] ?? entity;
  });
}
