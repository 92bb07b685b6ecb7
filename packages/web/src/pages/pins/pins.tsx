import { getRouteApi } from '@tanstack/react-router'
import { Page } from '../../parts/page.tsx'
import { PinForm } from '../../parts/pin-form.tsx'
import { PinList } from '../../parts/pin-list.tsx'

const route = getRouteApi('/house/pins')

export function Pins() {
  const filter = route.useSearch()
  const navigate = route.useNavigate()
  return (
    <Page title="Pins">
      <PinForm />
      <PinList filter={filter} onFilter={(next) => void navigate({ search: next, replace: next.before === filter.before, resetScroll: false })} />
    </Page>
  )
}
