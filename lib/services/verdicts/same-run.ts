/** SQL: two rows of "Delivery" are of one run: pushed for one software, by one issuer, under one label. */
export function sameRun(one: string, other: string): string {
  const same = ['softwareId', 'issuer', 'label'].map((column) => `${one}."${column}" = ${other}."${column}"`)
  return [`${one}."kind" = 'pushed'`, `${other}."kind" = 'pushed'`, ...same].join(' AND ')
}
