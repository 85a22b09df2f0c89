// SPDX-License-Identifier: AGPL-3.0-or-later
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import type { User } from "@/api/users";
import { Card } from "@/components/ui/card";
import { formatRelative } from "@/lib/format";
import { UserStatusBadge, roleName } from "./words";

const columns = ["Name", "Groups", "Status", "Last login"];

/** A table where there is room, cards on a phone. The roles keep it a table for screen readers in both. */
export function UsersTable({ users }: { users: User[] }) {
  return (
    <Card className="max-md:border-0 max-md:bg-transparent max-md:shadow-none">
      <table role="table" className="w-full text-sm max-md:block">
        <caption className="sr-only">Users</caption>
        <thead role="rowgroup" className="max-md:sr-only">
          <tr role="row" className="border-b text-left">
            {columns.map((column) => (
              <th key={column} role="columnheader" scope="col" className="px-4 py-3 font-semibold text-muted-foreground">
                {column}
              </th>
            ))}
          </tr>
        </thead>
        <tbody role="rowgroup" className="max-md:block max-md:space-y-3 md:divide-y">
          {users.map((user) => (
            <Row key={user.id} user={user} />
          ))}
        </tbody>
      </table>
    </Card>
  );
}

function Row({ user }: { user: User }) {
  return (
    <tr role="row" className="align-top max-md:block max-md:rounded-2xl max-md:border max-md:bg-card max-md:p-4 md:hover:bg-accent/50">
      <Cell>
        <Link to="/admin/users/$id" params={{ id: user.id }} className="font-semibold wrap-anywhere underline-offset-4 hover:underline">
          {user.name}
        </Link>
        <p className="wrap-anywhere text-muted-foreground">{user.email}</p>
      </Cell>
      <Cell>
        {user.memberships.length === 0 && <span className="text-muted-foreground">In no group</span>}
        {user.memberships.map((each) => (
          <p key={`${each.group_id} ${each.role}`} className="wrap-anywhere">
            {each.group_name} <span className="text-muted-foreground">· {roleName(each.role)}</span>
          </p>
        ))}
      </Cell>
      <Cell>
        <UserStatusBadge status={user.status} />
      </Cell>
      <Cell>
        <span className="text-muted-foreground">
          <span className="md:sr-only">Last login: </span>
          {user.last_login_at ? formatRelative(user.last_login_at) : "never"}
        </span>
      </Cell>
    </tr>
  );
}

function Cell({ children }: { children: ReactNode }) {
  return (
    <td role="cell" className="px-4 py-3 max-md:block max-md:px-0 max-md:py-1">
      {children}
    </td>
  );
}
