// SPDX-License-Identifier: AGPL-3.0-or-later
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { type Provider, type ProviderChange, providerModulesQuery } from "@/api/providers";
import { ErrorPanel } from "@/components/error-panel";
import { Button } from "@/components/ui/button";
import { AreaField, CheckField, SelectField, TextField } from "@/components/ui/field";
import { GroupSelect } from "@/components/users/group-select";
import { type FormValues, useForm } from "@/lib/form";
import { type Read, joinDomains, readDomains, readSecrets, readSettings, writeDomains } from "@/lib/provider-form";

interface ProviderFormProps<Answer> {
  /** What is to be changed; null for a new one. */
  provider: Provider | null;
  send: (changes: ProviderChange) => Promise<Answer>;
  onSaved: (answer: Answer) => void;
  onReload?: () => void;
  onCancel: () => void;
}

export function ProviderForm<Answer>({ provider, send, onSaved, onReload, onCancel }: ProviderFormProps<Answer>) {
  const [group, setGroup] = useState(provider?.default_group_id ?? "");
  const { props, mutation, errorOf, error } = useForm({
    check: (values) => readAll(values).faults,
    send: (values) => send(changesOf(values, provider === null)),
    onSuccess: onSaved,
  });
  return (
    <form {...props} className="mt-4 space-y-4">
      {error && <ErrorPanel error={error} {...(onReload ? { onReload } : {})} announce />}
      {provider === null && <TextField label="Name" name="name" required maxLength={40} pattern="[a-z][a-z0-9\-]*" data-missing="Please enter a name." data-pattern="Use small letters, digits and hyphens, a letter first." hint="Stands in addresses: small letters, digits and hyphens. It stays as it is." error={errorOf("name")} />}
      <TextField label="Title" name="title" required maxLength={100} defaultValue={provider?.title} data-missing="Please enter a title." hint="What the button on the login page says: Log in with …" error={errorOf("title")} />
      <ModuleField value={provider?.module ?? ""} error={errorOf("module")} />
      <AreaField label="Settings (JSON)" name="settings" defaultValue={provider ? JSON.stringify(provider.settings, null, 2) : "{}"} rows={6} spellCheck={false} className="font-mono" hint="What the module needs to know. Its own documentation says what." error={errorOf("settings")} />
      <AreaField label="Secrets" name="secrets" rows={2} spellCheck={false} autoComplete="off" className="font-mono" hint={secretsHint(provider?.secrets ?? [])} error={errorOf("secrets")} />
      <AreaField label="Domains" name="domains" defaultValue={writeDomains(provider?.domains ?? [], false)} rows={2} spellCheck={false} hint="Addresses that this provider speaks for, one domain a line." error={errorOf("domains")} />
      <AreaField label="Domains that must log in here" name="forced_domains" defaultValue={writeDomains(provider?.domains ?? [], true)} rows={2} spellCheck={false} hint="Their addresses cannot log in by password any more. System administrators always can." error={errorOf("forced_domains")} />
      <CheckField label="Create accounts for people who log in the first time" name="create_users" defaultChecked={provider?.create_users} hint="Only for addresses of the domains above." />
      <div className="grid gap-4 sm:grid-cols-2">
        <GroupSelect label="Group of new accounts" name="default_group_id" none="None" value={group} onChange={(event) => setGroup(event.target.value)} error={errorOf("default_group_id")} />
        <SelectField label="Role of new accounts" name="default_role" defaultValue={provider?.default_role ?? "student"} error={errorOf("default_role")}>
          <option value="student">Student</option>
          <option value="teacher">Teacher</option>
        </SelectField>
      </div>
      <CheckField label="Enabled" name="enabled" defaultChecked={provider?.enabled} hint="Shown on the login page." />
      <div className="flex justify-end gap-2 pt-2">
        <Button variant="ghost" onClick={onCancel}>
          Cancel
        </Button>
        <Button type="submit" disabled={mutation.isPending}>
          {mutation.isPending ? "Saving…" : "Save"}
        </Button>
      </div>
    </form>
  );
}

function ModuleField({ value, error }: { value: string; error: string | null }) {
  const modules = useQuery(providerModulesQuery);
  const [chosen, setChosen] = useState(value);
  const known = [...new Set([...(value ? [value] : []), ...(modules.data ?? [])])];
  const hint = modules.isError ? "The modules could not be read." : modules.data?.length === 0 ? "No module of this kind is installed. Install one with the command line: rapt module install" : undefined;
  return (
    <SelectField label="Module" name="module" required value={chosen} onChange={(event) => setChosen(event.target.value)} data-missing="Please choose a module." hint={hint} error={error}>
      <option value="">{modules.isPending ? "Loading…" : "Choose a module"}</option>
      {known.map((name) => (
        <option key={name} value={name}>
          {name}
        </option>
      ))}
    </SelectField>
  );
}

function secretsHint(set: string[]): string {
  const how = "One name=value a line. They are never shown again.";
  return set.length === 0 ? how : `Set: ${set.join(", ")}. What is left out stays, “name=” alone forgets one. ${how}`;
}

function readAll(values: FormValues) {
  const settings = readSettings(values["settings"] ?? "");
  const secrets = readSecrets(values["secrets"] ?? "");
  const free = readDomains(values["domains"] ?? "", false);
  const forced = readDomains(values["forced_domains"] ?? "", true);
  const domains = "value" in free && "value" in forced ? joinDomains(free.value, forced.value) : { value: [] };
  const faults: Record<string, string> = {};
  const note = (name: string, read: Read<unknown>) => {
    if ("fault" in read) faults[name] ??= read.fault;
  };
  note("settings", settings);
  note("secrets", secrets);
  note("domains", free);
  note("forced_domains", forced);
  note("forced_domains", domains);
  return { settings, secrets, domains, faults };
}

function changesOf(values: FormValues, created: boolean): ProviderChange {
  const { settings, secrets, domains } = readAll(values);
  const given = "value" in secrets ? secrets.value : {};
  return {
    ...(created ? { name: values["name"] ?? "" } : {}),
    title: values["title"] ?? "",
    module: values["module"] ?? "",
    ...("value" in settings ? { settings: settings.value } : {}),
    ...(Object.keys(given).length > 0 ? { secrets: given } : {}),
    ...("value" in domains ? { domains: domains.value } : {}),
    create_users: values["create_users"] === "on",
    default_group_id: values["default_group_id"] || null,
    default_role: values["default_role"] === "teacher" ? "teacher" : "student",
    enabled: values["enabled"] === "on",
  };
}
