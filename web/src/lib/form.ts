// SPDX-License-Identifier: AGPL-3.0-or-later
// Forms whose answer comes from the server. What can be seen to be wrong is said at its field before anything is sent;
// what the server finds is said there too. Nobody loses what was entered.
import { useMutation } from "@tanstack/react-query";
import { type FormEvent, useRef, useState } from "react";
import { ApiError, type FieldError } from "@/api/errors";

export type FormValues = Record<string, string>;

type Control = HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement;

interface FormOptions<Answer> {
  /** What else can be seen to be wrong, by field, before anything is sent. */
  check?: (values: FormValues) => FormValues;
  send: (values: FormValues) => Promise<Answer>;
  onSuccess?: (answer: Answer, form: HTMLFormElement) => void;
  onError?: (error: unknown) => void;
  /** The field with the own password, which the server may refuse. */
  proof?: string;
}

/** Gives a form its behavior: spread `props` on the form, ask `errorOf` for each field, show `error` above. */
export function useForm<Answer>({ check, send, onSuccess, onError, proof }: FormOptions<Answer>) {
  const form = useRef<HTMLFormElement | null>(null);
  const [faults, setFaults] = useState<FormValues>({});
  const [placed, setPlaced] = useState(false);
  const mutation = useMutation({
    mutationFn: send,
    onSuccess: (answer) => {
      if (form.current) onSuccess?.(answer, form.current);
    },
    onError: (error) => {
      setPlaced(form.current !== null && placeFaults(form.current, faultsOf(error)));
      onError?.(error);
    },
  });
  const faultsOf = (error: unknown): FieldError[] => {
    if (!(error instanceof ApiError)) return [];
    if (proof && error.code === "INVALID_CREDENTIALS") return [{ path: proof, message: "That is not your password." }];
    return error.fields;
  };
  function onSubmit(event: FormEvent<HTMLFormElement>): void {
    event.preventDefault();
    if (mutation.isPending) return;
    form.current = event.currentTarget;
    const values = readForm(form.current);
    const found = { ...check?.(values), ...findFaults(form.current) };
    setFaults(found);
    if (Object.keys(found).length > 0) focusFirst(form.current, Object.keys(found));
    else mutation.mutate(values);
  }
  return {
    props: { noValidate: true, onSubmit },
    mutation,
    errorOf: (name: string) => faults[name] ?? sentence(faultsOf(mutation.error).find((field) => field.path === name)?.message),
    /** What does not belong to a single field. */
    error: mutation.isError && !placed ? mutation.error : null,
  };
}

/** "must not be empty", as the server says it of a field, as a sentence of its own. */
function sentence(message: string | undefined): string | null {
  if (message === undefined) return null;
  const end = /[.!?]$/.test(message) ? "" : ".";
  return message.charAt(0).toUpperCase() + message.slice(1) + end;
}

function placeFaults(form: HTMLFormElement, faults: FieldError[]): boolean {
  const paths = faults.map((fault) => fault.path);
  if (paths.length === 0 || !paths.every((path) => form.elements.namedItem(path) !== null)) return false;
  focusFirst(form, paths);
  return true;
}

function focusFirst(form: HTMLFormElement, names: string[]): void {
  controls(form).find((control) => names.includes(control.name))?.focus();
}

function controls(form: HTMLFormElement): Control[] {
  return [...form.elements].filter((each): each is Control => "name" in each && each.name !== "" && "validity" in each && !(each instanceof HTMLButtonElement));
}

/** The named entries as text: passwords as they are, everything else without the spaces around it. */
export function readForm(form: HTMLFormElement): FormValues {
  const values: FormValues = {};
  for (const control of controls(form)) {
    if (control instanceof HTMLInputElement && control.type === "checkbox") {
      values[control.name] = control.checked ? "on" : "";
    } else {
      const password = control.type === "password" || control.getAttribute("autocomplete")?.includes("password");
      values[control.name] = password ? control.value : control.value.trim();
    }
  }
  return values;
}

function findFaults(form: HTMLFormElement): FormValues {
  const found: FormValues = {};
  for (const control of controls(form)) {
    const fault = faultOf(control);
    if (fault) found[control.name] = fault;
  }
  return found;
}

function faultOf({ validity, dataset, value }: Control): string | null {
  if (validity.valueMissing) return dataset["missing"] ?? "Please fill this in.";
  if (validity.typeMismatch) return "That is not an email address.";
  if (validity.patternMismatch) return dataset["pattern"] ?? "That has another form than it should.";
  const minimum = Number(dataset["least"] ?? 0);
  if (value !== "" && [...value].length < minimum) return `Please use at least ${minimum} characters.`;
  return null;
}

/** The entries that differ from what the form started with. */
export function changedOnly(values: FormValues, before: Record<string, string | null | undefined>): FormValues {
  return Object.fromEntries(Object.entries(values).filter(([name, value]) => value !== (before[name] ?? "")));
}
