// SPDX-License-Identifier: AGPL-3.0-or-later
// Panels: what modules give for the pages to draw. The host has checked every shape.
import { queryOptions } from "@tanstack/react-query";
import { get, list } from "./client";

export type PlaceKind = "class" | "assignment" | "session" | "group" | "home" | "system";

/** Where panels are shown; home and system have no id. */
export interface PanelPlace {
  kind: PlaceKind;
  id?: string;
}

export interface Panel {
  module: string;
  module_title: string;
  id: string;
  title: string;
  place: PlaceKind;
}

export type Tone = "neutral" | "good" | "warning" | "bad";
export type Cell = string | number | boolean | null;

export interface Counters {
  kind: "counters";
  title: string | null;
  items: { label: string; value: string | number; unit: string | null; note: string | null; tone: Tone }[];
}

export interface Table {
  kind: "table";
  title: string | null;
  columns: { label: string; align: "left" | "right" }[];
  rows: Cell[][];
  /** How many rows are not shown. */
  more: number;
}

export interface Chart {
  kind: "chart";
  title: string | null;
  form: "line" | "bar";
  x: string[];
  series: { label: string; values: (number | null)[] }[];
  unit: string | null;
}

export interface TextPart {
  kind: "text";
  title: string | null;
  text: string;
}

export type Part = Counters | Table | Chart | TextPart;

export interface DrawnPanel extends Panel {
  parts: Part[];
  empty: string | null;
}

const minute = 60_000;

export const panelsQuery = (place: PanelPlace) =>
  queryOptions({
    queryKey: ["panels", place.kind, place.id ?? ""],
    queryFn: async () => (await list<Panel>("/panels", { place: place.kind, place_id: place.id })).items,
    staleTime: minute,
  });

/** Asks the module; a panel that failed is asked again when the reader wants it. */
export const panelQuery = (panel: Panel, place: PanelPlace) =>
  queryOptions({
    queryKey: ["panels", place.kind, place.id ?? "", panel.module, panel.id],
    queryFn: () => get<DrawnPanel>(`/modules/${encodeURIComponent(panel.module)}/panels/${encodeURIComponent(panel.id)}`, { place_id: place.id }),
    staleTime: minute,
    retry: false,
    refetchOnWindowFocus: false,
  });
