"""Departments and accounts: what other packages' tables refer to."""

import uuid

import django.contrib.auth.models
import django.contrib.auth.validators
import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

from registry.base.new_tables import NewTables


class Migration(NewTables):

    replaces = [
        ('registry', '0001_initial'),
    ]

    initial = True

    dependencies = [
        ('auth', '0012_alter_user_first_name_max_length'),
    ]

    operations = [
        migrations.CreateModel(
            name='Subject',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=0, editable=False, verbose_name='版本')),
                ('public_id', models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name='公开编号')),
                ('kind', models.CharField(choices=[('organization', '法人及非法人组织'), ('person', '自然人')], max_length=20, verbose_name='类型')),
                ('category', models.CharField(choices=[('enterprise', '企业'), ('sole-trader', '个体工商户'), ('cooperative', '农民专业合作社'), ('institution', '事业单位'), ('social', '社会组织'), ('village', '村集体经济组织'), ('government', '机关'), ('other', '其他组织'), ('person', '自然人')], max_length=20, verbose_name='类别')),
                ('name', models.CharField(max_length=200, verbose_name='名称')),
                ('uscc', models.CharField(blank=True, max_length=18, null=True, verbose_name='统一社会信用代码')),
                ('registration_number', models.CharField(blank=True, max_length=50, verbose_name='工商注册号')),
                ('organization_code', models.CharField(blank=True, max_length=9, verbose_name='组织机构代码')),
                ('tax_number', models.CharField(blank=True, max_length=50, verbose_name='税务登记号')),
                ('institution_number', models.CharField(blank=True, max_length=50, verbose_name='事业单位证书号')),
                ('social_number', models.CharField(blank=True, max_length=50, verbose_name='社会组织登记证号')),
                ('industry', models.CharField(blank=True, max_length=60, verbose_name='行业')),
                ('sectors', models.JSONField(blank=True, default=list, verbose_name='领域标记')),
                ('risk', models.CharField(blank=True, choices=[('low', '低风险'), ('ordinary', '一般风险'), ('larger', '较大风险'), ('major', '重大风险')], max_length=10, verbose_name='风险等级')),
                ('standardisation', models.PositiveSmallIntegerField(blank=True, choices=[(1, '一级'), (2, '二级'), (3, '三级')], null=True, verbose_name='安全生产标准化等级')),
                ('address', models.CharField(blank=True, max_length=300, verbose_name='住所')),
                ('division_code', models.CharField(blank=True, max_length=9, verbose_name='行政区划代码')),
                ('status', models.CharField(choices=[('active', '存续'), ('revoked', '吊销'), ('cancelled', '注销'), ('merged', '已合并')], default='active', max_length=10, verbose_name='状态')),
                ('born_on', models.DateField(blank=True, null=True, verbose_name='出生日期')),
                ('document_type', models.CharField(blank=True, max_length=40, verbose_name='证件类型')),
                ('document_sealed', models.TextField(blank=True, editable=False, verbose_name='证件号码（加密）')),
                ('document_hash', models.CharField(editable=False, max_length=64, null=True, verbose_name='证件号码（索引）')),
                ('document_masked', models.CharField(blank=True, editable=False, max_length=40, verbose_name='证件号码')),
                ('is_synthetic', models.BooleanField(default=False, verbose_name='演示数据')),
                ('merged_into', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='merged', to='registry.subject')),
            ],
            options={
                'verbose_name': '信用主体',
                'verbose_name_plural': '信用主体',
                'indexes': [models.Index(fields=['name'], name='registry_su_name_bb5cb9_idx'), models.Index(fields=['kind', 'category'], name='registry_su_kind_94d870_idx'), models.Index(fields=['registration_number'], name='subject_registration_number'), models.Index(condition=models.Q(('merged_into__isnull', False)), fields=['merged_into'], name='subject_merged')],
                'constraints': [models.UniqueConstraint(fields=('uscc',), name='uscc_once'), models.UniqueConstraint(fields=('document_hash',), name='document_once'), models.CheckConstraint(condition=models.Q(('kind', 'organization'), ('uscc__isnull', True), _connector='OR'), name='person_has_no_uscc'), models.CheckConstraint(condition=models.Q(('kind', 'person'), ('document_hash__isnull', True), _connector='OR'), name='organization_has_no_id_document')],
            },
        ),
        migrations.CreateModel(
            name='Department',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=0, editable=False, verbose_name='版本')),
                ('code', models.SlugField(max_length=40, unique=True, verbose_name='部门代码')),
                ('name', models.CharField(max_length=200, unique=True, verbose_name='名称')),
                ('short_name', models.CharField(max_length=40, verbose_name='简称')),
                ('kind', models.CharField(choices=[('credit-office', '信用监管办公室'), ('bureau', '县级部门'), ('upper', '上级机关'), ('joint-conference', '联席会议办公室')], default='bureau', max_length=20, verbose_name='类型')),
                ('uscc', models.CharField(blank=True, max_length=18, verbose_name='统一社会信用代码')),
                ('contact', models.CharField(blank=True, help_text='公示页上告诉当事人向谁提出异议。', max_length=200, verbose_name='联系方式')),
                ('is_active', models.BooleanField(default=True, verbose_name='在用')),
            ],
            options={
                'verbose_name': '部门',
                'verbose_name_plural': '部门',
                'ordering': ['code'],
            },
        ),
        migrations.CreateModel(
            name='Account',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('password', models.CharField(max_length=128, verbose_name='password')),
                ('last_login', models.DateTimeField(blank=True, null=True, verbose_name='last login')),
                ('is_superuser', models.BooleanField(default=False, help_text='Designates that this user has all permissions without explicitly assigning them.', verbose_name='superuser status')),
                ('username', models.CharField(error_messages={'unique': 'A user with that username already exists.'}, help_text='Required. 150 characters or fewer. Letters, digits and @/./+/-/_ only.', max_length=150, unique=True, validators=[django.contrib.auth.validators.UnicodeUsernameValidator()], verbose_name='username')),
                ('email', models.EmailField(blank=True, max_length=254, verbose_name='email address')),
                ('is_staff', models.BooleanField(default=False, help_text='Designates whether the user can log into this admin site.', verbose_name='staff status')),
                ('is_active', models.BooleanField(default=True, help_text='Designates whether this user should be treated as active. Unselect this instead of deleting accounts.', verbose_name='active')),
                ('date_joined', models.DateTimeField(default=django.utils.timezone.now, verbose_name='date joined')),
                ('display_name', models.CharField(max_length=60, verbose_name='姓名')),
                ('is_password_temporary', models.BooleanField(default=False, verbose_name='密码为临时密码')),
                ('groups', models.ManyToManyField(blank=True, help_text='The groups this user belongs to. A user will get all permissions granted to each of their groups.', related_name='user_set', related_query_name='user', to='auth.group', verbose_name='groups')),
                ('user_permissions', models.ManyToManyField(blank=True, help_text='Specific permissions for this user.', related_name='user_set', related_query_name='user', to='auth.permission', verbose_name='user permissions')),
                ('department', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='accounts', to='registry.department', verbose_name='部门')),
                ('subject', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='accounts', to='registry.subject', verbose_name='信用主体')),
            ],
            options={
                'verbose_name': '账号',
                'verbose_name_plural': '账号',
                'ordering': ['username'],
            },
            managers=[
                ('objects', django.contrib.auth.models.UserManager()),
            ],
        ),
    ]
