// SPDX-License-Identifier: AGPL-3.0-or-later
import { useQuery } from "@tanstack/react-query";
import { Link, getRouteApi } from "@tanstack/react-router";
import { useState } from "react";
import { type User, userQuery } from "@/api/users";
import { textLink } from "@/components/auth-layout";
import { PageBody, PageHeader, Section } from "@/components/page";
import { QueryView } from "@/components/query-view";
import { Badge } from "@/components/ui/badge";
import { Card } from "@/components/ui/card";
import { UserActions } from "@/components/users/user-actions";
import { UserForm } from "@/components/users/user-form";
import { UserStatusBadge, roleName } from "@/components/users/words";
import { formatDateTime } from "@/lib/format";

const route = getRouteApi("/authed/admin/users/$id");

export function UserPage() {
  const { id } = route.useParams();
  const { me } = route.useRouteContext();
  const query = useQuery(userQuery(id));
  // Counts how often the form starts anew; a change of the account by its own form is not one.
  const [round, setRound] = useState(0);
  const reload = () => void query.refetch().then(() => setRound((now) => now + 1));
  return (
    <PageBody className="max-w-3xl">
      <p className="mb-4 text-sm">
        <Link to="/admin/users" className={textLink}>
          All people
        </Link>
      </p>
      <QueryView query={query}>
        {(found) => (
          <>
            <PageHeader title={found.data.name} description={<About user={found.data} />} eyebrow={<State user={found.data} />} />
            <Part title="Account" id="account">
              <UserForm key={round} found={found} onReload={reload} />
            </Part>
            <Part title="Groups" id="groups">
              <Memberships user={found.data} />
            </Part>
            <Part title="Access" id="access">
              {me.user.id === id ? <p className="text-sm text-muted-foreground">This is your own account. Another administrator can deactivate or delete it.</p> : <UserActions user={found.data} onChanged={reload} />}
            </Part>
          </>
        )}
      </QueryView>
    </PageBody>
  );
}

function State({ user }: { user: User }) {
  return (
    <>
      <UserStatusBadge status={user.status} />
      {!user.email_verified && <Badge tone="info">Address not confirmed</Badge>}
    </>
  );
}

function About({ user }: { user: User }) {
  return (
    <p className="wrap-anywhere">
      {user.email} · since {formatDateTime(user.created_at)} · {user.last_login_at ? `last login ${formatDateTime(user.last_login_at)}` : "never logged in"}
    </p>
  );
}

function Memberships({ user }: { user: User }) {
  if (user.memberships.length === 0) return <p className="text-sm text-muted-foreground">In no group that you look after.</p>;
  return (
    <ul className="divide-y text-sm">
      {user.memberships.map((each) => (
        <li key={`${each.group_id} ${each.role}`} className="flex flex-wrap justify-between gap-2 py-2 first:pt-0 last:pb-0">
          <span className="wrap-anywhere">{each.group_name}</span>
          <Badge>{roleName(each.role)}</Badge>
        </li>
      ))}
    </ul>
  );
}

function Part({ title, id, children }: { title: string; id: string; children: React.ReactNode }) {
  return (
    <Section title={title} id={id}>
      <Card className="p-5">{children}</Card>
    </Section>
  );
}
