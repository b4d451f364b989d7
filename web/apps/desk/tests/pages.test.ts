import { beforeEach, describe, expect, it } from 'vitest'
import type { StaffMe } from '@tongban/api'
import { firstPage, offered, permissionsOf } from '../src/app/pages.ts'
import { session } from '../src/app/session.ts'

const as = (...permissions: string[]) => { session.me = { permissions } as unknown as StaffMe }
const names = () => offered().flatMap((group) => group.entries.map((entry) => entry.name))

describe('the rail', () => {
  beforeEach(() => { session.me = null })
  it('offers each role only its own entries and begins with what it is there for', () => {
    as('staff.me', 'audit.read', 'risk.read', 'protection.read', 'org.read', 'staff.read')
    expect(names()).toEqual(['audit', 'risks', 'protection', 'orgs', 'windows', 'staff', 'settings'])
    expect(firstPage()).toBe('audit')
    as('staff.me', 'workbench.read', 'task.list', 'case.list', 'real_name.review')
    expect(names()).toEqual(['workbench', 'tasks', 'cases', 'realNames'])
    as('staff.me', 'real_name.read')
    expect(names()).toEqual(['realNames'])
  })
  it('leads somebody without any entry to the own account', () => {
    as('staff.me')
    expect(firstPage()).toBe('account')
  })
  it('names the permissions of an entry and none for other pages', () => {
    expect(permissionsOf('realNames')).toEqual(['real_name.review', 'real_name.read'])
    expect(permissionsOf('account')).toEqual([])
  })
  it('gives no key to two entries', () => {
    as('workbench.read', 'task.list', 'case.list', 'case.intake', 'case.deliver', 'board.read', 'real_name.review', 'audit.read', 'risk.read', 'protection.read', 'classify.edit', 'copy.run', 'key.read', 'log.read', 'privacy.read', 'transfer.read', 'org.read', 'staff.read', 'role.read', 'policy.read', 'migration.run', 'sign_on.read', 'licence.overprint', 'system.read', 'exchange.read', 'item.read', 'design.read', 'calendar.read')
    const keys = offered().flatMap((group) => group.entries.flatMap((entry) => entry.key ?? []))
    expect(new Set(keys).size).toBe(keys.length)
  })
})
