// SPDX-License-Identifier: AGPL-3.0-or-later
import { useEffect, useState } from "react";
import { TextField } from "@/components/ui/field";

/** Narrows to what a platform of that ABI can run; asked for once it is whole. */
export function AbiField({ value, onChange }: { value: string; onChange: (value: string | undefined) => void }) {
  const [typed, setTyped] = useState(value);
  useEffect(() => setTyped(value), [value]);
  const faulty = typed !== "" && !/^\d{1,4}\.\d{1,4}$/.test(typed);
  return (
    <TextField
      label="Runs on ABI"
      name="abi"
      inputMode="decimal"
      placeholder="Any, or such as 1.2"
      maxLength={9}
      value={typed}
      error={faulty ? "Two numbers, such as 1.2." : null}
      onChange={(event) => {
        const text = event.target.value.trim();
        setTyped(text);
        if (text === "" || /^\d{1,4}\.\d{1,4}$/.test(text)) onChange(text || undefined);
      }}
    />
  );
}
