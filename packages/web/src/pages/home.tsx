import { getRouteApi } from '@tanstack/react-router'
import { Card } from '../parts/card.tsx'
import { DropArea } from '../parts/drop-area.tsx'
import { PinForm } from '../parts/pin-form.tsx'
import { PinList } from '../parts/pin-list.tsx'
import { TransferList } from '../parts/transfer-list.tsx'

const route = getRouteApi('/house/')

export function Home() {
  const filter = route.useSearch()
  const navigate = route.useNavigate()
  return (
    <div className="space-y-4 sm:space-y-6">
      <title>Thole</title>
      <h1 className="sr-only">Upload and pin</h1>
      <div className="grid gap-4 sm:gap-6 lg:grid-cols-[minmax(0,1fr)_22rem]">
        <Card className="flex flex-col p-4" aria-label="Upload">
          <DropArea />
        </Card>
        <PinForm />
      </div>
      <TransferList />
      <PinList filter={filter} onFilter={(next) => void navigate({ search: next, replace: next.before === filter.before, resetScroll: false })} />
    </div>
  )
}
