import { Page } from '../../parts/Page.tsx';

export function BatchPage({ batchId }: { readonly batchId: string }) {
  return <Page title={batchId}>{null}</Page>;
}
