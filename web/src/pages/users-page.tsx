// SPDX-License-Identifier: AGPL-3.0-or-later
import { useInfiniteQuery } from "@tanstack/react-query";
import { Link, getRouteApi } from "@tanstack/react-router";
import { UserPlus } from "lucide-react";
import { useState } from "react";
import { type User, type UserFilter, usersQuery } from "@/api/users";
import { InfiniteList } from "@/components/infinite-list";
import { EmptyState, PageBody, PageHeader } from "@/components/page";
import { Panels } from "@/components/panels/panels";
import { Button } from "@/components/ui/button";
import { Notice } from "@/components/ui/notice";
import { AdminTabs } from "@/components/users/admin-tabs";
import { CreateUserDialog } from "@/components/users/create-user";
import { UserFilters } from "@/components/users/user-filters";
import { UsersTable } from "@/components/users/users-table";

const route = getRouteApi("/authed/admin/users");

export function UsersPage() {
  const { me } = route.useRouteContext();
  const filter = route.useSearch();
  const navigate = route.useNavigate();
  const [creating, setCreating] = useState(false);
  const [created, setCreated] = useState<User | null>(null);
  const change = (changes: UserFilter) => void navigate({ search: (now: UserFilter) => ({ ...now, ...changes }), replace: true });
  return (
    <PageBody>
      <PageHeader
        title="People"
        description="Everybody in the groups that you look after."
        actions={
          <Button onClick={() => setCreating(true)}>
            <UserPlus aria-hidden /> Create a user
          </Button>
        }
      />
      <AdminTabs me={me} />
      {created && (
        <Notice tone="info" title={`${created.name} has an account now`} className="mb-5" announce>
          <Link to="/admin/users/$id" params={{ id: created.id }} className="font-semibold underline underline-offset-4">
            Show the account
          </Link>
        </Notice>
      )}
      <UserFilters filter={filter} onChange={change} />
      {filter.group_id && <Panels place={{ kind: "group", id: filter.group_id }} className="mb-6" />}
      <Found filter={filter} />
      <CreateUserDialog
        me={me}
        open={creating}
        onCreated={(user) => {
          setCreated(user);
          setCreating(false);
        }}
        onClose={() => setCreating(false)}
      />
    </PageBody>
  );
}

function Found({ filter }: { filter: UserFilter }) {
  const query = useInfiniteQuery(usersQuery(filter));
  const narrowed = Object.entries(filter).some(([name, value]) => name !== "sort" && value);
  return (
    <InfiniteList query={query} empty={narrowed ? <EmptyState title="Nobody matches">Change the search or the filters.</EmptyState> : <EmptyState title="Nobody is here yet">Create a user, or import many from a file.</EmptyState>}>
      {(users) => <UsersTable users={users} />}
    </InfiniteList>
  );
}
