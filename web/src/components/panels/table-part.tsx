// SPDX-License-Identifier: AGPL-3.0-or-later
import { ArrowDown, ArrowUp, ArrowUpDown } from "lucide-react";
import { useMemo, useState } from "react";
import type { Cell, Table } from "@/api/panels";
import { Button } from "@/components/ui/button";
import { cn } from "@/lib/cn";
import { formatNumber } from "@/lib/chart";
import { plural } from "@/lib/format";

const rowsAtFirst = 20;

interface Order {
  column: number;
  down: boolean;
}

/** Rows that can be sorted by any column. Numbers stand right, whatever the module says. */
export function TablePart({ table }: { table: Table }) {
  const [order, setOrder] = useState<Order | null>(null);
  const [all, setAll] = useState(false);
  const rows = useMemo(() => (order ? table.rows.toSorted((a, b) => compare(a[order.column]!, b[order.column]!, order.down)) : table.rows), [table, order]);
  const shown = all ? rows : rows.slice(0, rowsAtFirst);
  const right = table.columns.map(({ align }, index) => align === "right" || isNumeric(table.rows, index));
  if (table.rows.length === 0) return <p className="text-sm text-muted-foreground">No rows.</p>;
  return (
    <>
      <div className="relative overflow-x-auto rounded-xl border" tabIndex={0} role="group" aria-label={table.title ?? "Table"}>
        <table className="w-full text-sm">
          {table.title && <caption className="sr-only">{table.title}</caption>}
          <thead>
            <tr className="border-b">
              {table.columns.map(({ label }, index) => (
                <Head key={index} label={label} right={right[index]!} down={order?.column === index ? order.down : null} onSort={() => setOrder(next(order, index))} />
              ))}
            </tr>
          </thead>
          <tbody className="divide-y">
            {shown.map((row, index) => (
              <tr key={index}>
                {row.map((cell, column) => (
                  <td key={column} className={cn("px-3 py-1.5 align-top", right[column] ? "text-right whitespace-nowrap tabular-nums" : "max-w-md min-w-24 wrap-anywhere")}>
                    {inWords(cell)}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <div className="mt-2 flex flex-wrap items-center gap-3 text-sm text-muted-foreground">
        {!all && rows.length > rowsAtFirst && (
          <Button size="sm" variant="outline" onClick={() => setAll(true)}>
            Show all {rows.length.toLocaleString()} rows
          </Button>
        )}
        {table.more > 0 && <span>{plural(table.more, "more row")} in the module, not shown here</span>}
      </div>
    </>
  );
}

interface HeadProps {
  label: string;
  right: boolean;
  /** null when the table is not sorted by this column. */
  down: boolean | null;
  onSort: () => void;
}

function Head({ label, right, down, onSort }: HeadProps) {
  const Icon = down === null ? ArrowUpDown : down ? ArrowDown : ArrowUp;
  return (
    <th scope="col" aria-sort={down === null ? "none" : down ? "descending" : "ascending"} className={right ? "text-right" : "text-left"}>
      <button type="button" onClick={onSort} className={cn("inline-flex items-center gap-1 px-3 py-2 font-semibold text-muted-foreground hover:text-foreground", right && "flex-row-reverse")}>
        <span className="wrap-break-word">{label}</span>
        <Icon aria-hidden className={cn("size-3.5 shrink-0", down === null && "opacity-60")} />
      </button>
    </th>
  );
}

/** Up, down, and back to the module's own order. */
function next(order: Order | null, column: number): Order | null {
  if (order?.column !== column) return { column, down: false };
  return order.down ? null : { column, down: true };
}

function isNumeric(rows: Cell[][], column: number): boolean {
  const cells = rows.map((row) => row[column]).filter((cell) => cell !== null);
  return cells.length > 0 && cells.every((cell) => typeof cell === "number");
}

const words = new Intl.Collator(undefined, { numeric: true, sensitivity: "base" });

/** What is missing comes last, in either direction. */
function compare(a: Cell, b: Cell, down: boolean): number {
  if (a === null || b === null) return Number(a === null) - Number(b === null);
  const found = typeof a === "string" || typeof b === "string" ? words.compare(String(a), String(b)) : Number(a) - Number(b);
  return down ? -found : found;
}

function inWords(cell: Cell): string {
  if (cell === null) return "–";
  if (typeof cell === "boolean") return cell ? "Yes" : "No";
  return typeof cell === "number" ? formatNumber(cell) : cell;
}
