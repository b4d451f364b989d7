import type { Address } from '@tongban/api'
import type { Form, FormValues } from '@tongban/form-runtime'
import { t } from './words.ts'

/** A postal address asked with the same fields and checks as every form. */
export function addressForm(): Form {
  return {
    schema: 'tongban-form/1', key: 'address', title: t('address'),
    sections: [{ key: 'address', title: t('address'), fields: [
      { key: 'name', type: 'text', label: t('addrName'), maxLength: 50 },
      { key: 'phone', type: 'phone', label: t('addrPhone') },
      { key: 'region', type: 'region', label: t('addrRegion') },
      { key: 'address', type: 'address', label: t('addrAddress'), hint: t('addrHint'), maxLength: 150 },
    ] }],
  }
}

export function toAddress(data: FormValues): Address {
  const text = (k: string) => String(data[k] ?? '')
  return { name: text('name'), phone: text('phone'), region: text('region'), address: text('address') }
}
