// SPDX-License-Identifier: AGPL-3.0-or-later
import { KeyRound } from "lucide-react";
import { type Device, type ProviderRef, providerAddress } from "@/api/account";
import { Button } from "@/components/ui/button";

interface Way {
  from: string;
  device: Device;
}

/** A link, since the browser leaves these pages and comes back with a login. */
export function ProviderButton({ provider, from, device }: Way & { provider: ProviderRef }) {
  return (
    <Button asChild variant="outline" className="w-full whitespace-normal">
      <a href={providerAddress(provider.name, from, device)}>
        <KeyRound aria-hidden /> Log in with {provider.title}
      </a>
    </Button>
  );
}

export function ProviderButtons({ providers, ...way }: Way & { providers: ProviderRef[] }) {
  if (providers.length === 0) return null;
  return (
    <div className="mt-5 space-y-2 border-t pt-5">
      {providers.map((provider) => (
        <ProviderButton key={provider.name} provider={provider} {...way} />
      ))}
    </div>
  );
}
