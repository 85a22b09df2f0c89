// SPDX-License-Identifier: AGPL-3.0-or-later
import { useEffect, useRef, useState } from "react";
import { TextField } from "@/components/ui/field";

const pauseMs = 300;

interface SearchFieldProps {
  value: string;
  placeholder: string;
  onChange: (value: string | undefined) => void;
}

/** Asks when somebody stops typing, and follows the address when it changes otherwise. */
export function SearchField({ value, placeholder, onChange }: SearchFieldProps) {
  const [typed, setTyped] = useState(value);
  const latest = useRef(onChange);
  latest.current = onChange;
  useEffect(() => setTyped(value), [value]);
  useEffect(() => {
    if (typed.trim() === value) return;
    const timer = setTimeout(() => latest.current(typed.trim() || undefined), pauseMs);
    return () => clearTimeout(timer);
  }, [typed, value]);
  return <TextField label="Search" name="q" type="search" placeholder={placeholder} maxLength={100} value={typed} onChange={(event) => setTyped(event.target.value)} />;
}
