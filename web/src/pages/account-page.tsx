// SPDX-License-Identifier: AGPL-3.0-or-later
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { meQuery } from "@/api/queries";
import { EmailForm } from "@/components/account/email-form";
import { LinkedProviders } from "@/components/account/linked-providers";
import { Logins } from "@/components/account/logins";
import { Names } from "@/components/account/names-form";
import { PasswordForm } from "@/components/account/password-form";
import { TwoFactor } from "@/components/account/two-factor";
import { PageBody, PageHeader, Section } from "@/components/page";
import { QueryView } from "@/components/query-view";
import { Card } from "@/components/ui/card";

export function AccountPage() {
  const me = useQuery(meQuery);
  return (
    <PageBody className="max-w-3xl">
      <PageHeader title="Your account" description="Your name, how you log in, and where you are logged in." />
      <Part title="Name" id="names">
        <Names />
      </Part>
      <QueryView query={me}>
        {(found) => (
          <>
            <Part title="Email address" id="email">
              <EmailForm me={found} />
            </Part>
            <Part title="Password" id="password">
              <PasswordForm />
            </Part>
            <Part title="Second step when logging in" id="second-step">
              <TwoFactor me={found} />
            </Part>
          </>
        )}
      </QueryView>
      <Part title="Where you are logged in" id="logins">
        <Logins />
      </Part>
      <Part title="Linked logins" id="links">
        <LinkedProviders />
      </Part>
    </PageBody>
  );
}

function Part({ title, id, children }: { title: string; id: string; children: ReactNode }) {
  return (
    <Section title={title} id={id}>
      <Card className="p-5">{children}</Card>
    </Section>
  );
}
