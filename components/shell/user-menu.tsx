'use client'
import { Avatar, Menu, UnstyledButton } from '@mantine/core'
import { LogOut, Settings } from 'lucide-react'
import Link from 'next/link'
import { signOut } from 'next-auth/react'
import type { Me } from './me.tsx'

export function UserMenu({ me }: { me: Me }) {
  return (
    <Menu position="bottom-end" width={220}>
      <Menu.Target>
        <UnstyledButton className="rounded-full">
          <Avatar size={28} radius="xl" color="cobalt" name={me.name} alt="" aria-hidden />
          <span className="sr-only">Account of {me.name}</span>
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        <div className="px-3 py-2 text-[13px]">
          <p className="truncate font-medium">{me.name}</p>
          <p className="truncate text-xs text-mute">{me.email}</p>
          <p className="text-xs text-mute">{me.role}</p>
        </div>
        <Menu.Divider />
        <Menu.Item component={Link} href="/settings" leftSection={<Settings size={14} aria-hidden />}>
          Settings
        </Menu.Item>
        <Menu.Item
          leftSection={<LogOut size={14} aria-hidden />}
          onClick={() => void signOut({ callbackUrl: '/signin' })}
        >
          Sign out
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  )
}
