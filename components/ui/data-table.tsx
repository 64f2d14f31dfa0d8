import type { ReactNode } from 'react'

export interface Column<Row> {
  readonly id: string
  /** shown as heading, and beside the cell on phones */
  readonly header: string
  readonly cell: (row: Row) => ReactNode
  /** the heading is for screen readers only, as above buttons */
  readonly quiet?: boolean
  /** Tailwind class of the column's width where there are columns: on phones a cell has the whole width */
  readonly width?: string
}

/** A table that becomes stacked rows on phones. Roles are written out: `display: block` takes them away. */
export function DataTable<Row>({
  columns,
  rows,
  rowKey,
  label,
}: {
  columns: readonly Column<Row>[]
  rows: readonly Row[]
  rowKey: (row: Row) => string
  label: string
}) {
  return (
    // biome-ignore-start lint/a11y/noRedundantRoles: see above
    <table className="wb-table" role="table" aria-label={label}>
      <thead role="rowgroup">
        <tr role="row">
          {columns.map((column) => (
            <th key={column.id} role="columnheader" scope="col" className={column.width}>
              {column.quiet ? <span className="sr-only">{column.header}</span> : column.header}
            </th>
          ))}
        </tr>
      </thead>
      <tbody role="rowgroup">
        {rows.map((row) => (
          <tr key={rowKey(row)} role="row">
            {columns.map((column) => {
              const content = column.cell(row)
              const empty = content === null || content === ''
              return (
                <td key={column.id} role="cell" className={empty ? 'wb-empty-cell' : undefined}>
                  {!column.quiet && (
                    <span className="wb-cell-label" aria-hidden>
                      {column.header}
                    </span>
                  )}
                  <div>{content}</div>
                </td>
              )
            })}
          </tr>
        ))}
      </tbody>
    </table>
    // biome-ignore-end lint/a11y/noRedundantRoles: see above
  )
}
