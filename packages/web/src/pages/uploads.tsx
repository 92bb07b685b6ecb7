import { useQuery } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import { Files } from 'lucide-react'
import { uploadsQuery } from '../api/uploads.ts'
import { Card, CardTitle } from '../parts/card.tsx'
import { Empty } from '../parts/empty.tsx'
import { Pager } from '../parts/pager.tsx'
import { Problem } from '../parts/problem.tsx'
import { UploadRow } from '../parts/upload-row.tsx'

const route = getRouteApi('/house/uploads')

export function Uploads() {
  const { before } = route.useSearch()
  const navigate = route.useNavigate()
  const { data, error } = useQuery(uploadsQuery(before))
  return (
    <Card aria-labelledby="uploads">
      <title>Uploads – Thole</title>
      <CardTitle as="h1" id="uploads" className="px-4 py-3">
        Uploads {data && <span className="font-normal text-soft tabular-nums">{data.count.toLocaleString('en')}</span>}
      </CardTitle>
      <div className="px-4 pb-4 empty:hidden">
        <Problem error={error} />
      </div>
      <ul>
        {data?.uploads.map((upload) => (
          <UploadRow key={upload.id} upload={upload} />
        ))}
      </ul>
      {data?.uploads.length === 0 && (
        <Empty icon={Files} title="No uploads yet">
          <p>
            Every file, folder or CAR that you send is listed here, pinned or not. <Link to="/" className="text-brand underline">Upload something</Link>.
          </p>
        </Empty>
      )}
      {data && <Pager paged={before !== undefined} older={data.more ? data.uploads.at(-1)?.created : undefined} go={(next) => void navigate({ search: { before: next } })} />}
    </Card>
  )
}
