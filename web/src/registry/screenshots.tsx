// SPDX-License-Identifier: AGPL-3.0-or-later

/** Pictures that the publisher has put at its module. They come from this registry alone, whatever address is told. */
export function Screenshots({ module, screenshots }: { module: string; screenshots: { url: string; caption: string }[] }) {
  if (screenshots.length === 0) return null;
  return (
    <ul aria-label="Screenshots" tabIndex={0} className="mb-6 flex gap-4 overflow-x-auto pb-2">
      {screenshots.map(({ caption, url }) => (
        <li key={url} className="shrink-0">
          <figure className="w-72 sm:w-96">
            <a href={own(module, url)}>
              <img src={own(module, url)} alt={caption || "Screenshot"} loading="lazy" className="aspect-video w-full rounded-xl border bg-muted object-contain" />
            </a>
            {caption && <figcaption className="mt-1 text-sm text-muted-foreground wrap-anywhere">{caption}</figcaption>}
          </figure>
        </li>
      ))}
    </ul>
  );
}

function own(module: string, url: string): string {
  const position = /\/screenshots\/(\d)$/.exec(url)?.[1] ?? "1";
  return `/api/modules/${encodeURIComponent(module)}/screenshots/${position}`;
}
